// Deploys a chaincode that runs as a service to a network of this machine: what `peer lifecycle chaincode` does in four
// commands, for whoever does not have Fabric's programs.
import { join } from 'node:path';
import { approvalCall, commitCall, committedNames, definitionsCall } from '@cotrace/fabric-model';
import { CryptoLayout, loadIdentity, PeerAdministration, readTopology } from '@cotrace/network';
import { connectToPeer } from './connect.mjs';

/**
 * Installs a package at every peer, has every organisation approve it as `name`, and commits it to the channel `main`. What is
 * installed or committed is left as it is. Another package for the same name would need the next sequence.
 * @param {string} home folder of the network
 * @param {import('@cotrace/gateway-app').ClientContext['consortium']} consortium
 * @param {string} name
 * @param {import('@cotrace/network').ChaincodePackage} chaincode
 */
export async function deploy(home, consortium, name, chaincode) {
  const topology = readTopology(join(home, 'topology.yaml'));
  // The embedded network has the keys of all organisations: here one program is the administrator of each.
  const layout = new CryptoLayout(join(home, 'devnet', 'crypto'), topology);
  const administrators = topology.organisations.map((organisation) => {
    const { mspId } = organisation;
    const admin = loadIdentity(join(layout.user(organisation, 'Admin'), 'msp'), mspId);
    const peer = consortium.organisations.find((entry) => entry.mspId === mspId);
    if (peer === undefined) throw new Error(`${mspId} is not in the consortium file`);
    return { admin, peer, ...connectToPeer(peer, admin) };
  });
  try {
    const lifecycles = administrators.map(({ gateway }) =>
      gateway.getNetwork(consortium.channels.main.name).getContract('_lifecycle'),
    );
    for (const { admin, peer } of administrators) await install(peer, admin, chaincode);

    const [first] = lifecycles;
    if (first === undefined) throw new Error('the network has no organisation');
    const committed = definitionsCall();
    const names = await first.evaluate(committed.name, { arguments: [committed.argument] });
    if (committedNames(names).includes(name)) return;

    const definition = { name, version: '1', sequence: 1n };
    const approval = approvalCall(definition, chaincode.id);
    await Promise.all(
      lifecycles.map((lifecycle, i) =>
        lifecycle.submit(approval.name, {
          arguments: [approval.argument],
          endorsingOrganizations: [administrators[i]?.admin.mspId ?? ''],
        }),
      ),
    );
    const commit = commitCall(definition);
    await first.submit(commit.name, { arguments: [commit.argument] });
  } finally {
    for (const { close } of administrators) close();
  }
}

/**
 * @param {import('./connect.mjs').Organisation} organisation
 * @param {import('@cotrace/network').SigningIdentity} admin
 * @param {import('@cotrace/network').ChaincodePackage} chaincode
 */
async function install({ peer: { address, serverName }, tlsRoots }, admin, chaincode) {
  const administration = new PeerAdministration({
    address,
    serverName: serverName ?? 'localhost',
    tlsRoots: Buffer.from(tlsRoots),
    admin,
  });
  try {
    const installed = await administration.installed();
    if (!installed.includes(chaincode.id)) await administration.install(chaincode);
  } finally {
    administration.close();
  }
}
