// Runs the contract in `contract/` beside the trace contract, as a chaincode of its own, calls it, and proves what it has
// written:
//
//   node examples/own-chaincode/run.mjs HOME ADDRESS TRACEID
//
// HOME: the folder of a network that runs (.cotrace). ADDRESS: where the peers find the chaincode, such as 127.0.0.1:9997.
// TRACEID: a product that `production` has a record of, in canonical form.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findStates, loadTrust, openSession } from '@cotrace/gateway-app';
import { servicePackage } from '@cotrace/network';
import { verifyStates } from '@cotrace/verifier';
import { connectToPeer } from './connect.mjs';
import { deploy } from './deploy.mjs';

const NAME = 'recall';
const DOMAIN = 'production';

const [home, address, traceId] = process.argv.slice(2);
if (home === undefined || address === undefined || traceId === undefined) {
  throw new Error('usage: run.mjs HOME ADDRESS TRACEID');
}

// A package says nothing but where the service is, so it stays the same when the contract changes.
const chaincode = await servicePackage('recall_1', address);
console.log(`package ${chaincode.label} for the service at ${address}`);

// The service is Fabric's own launcher with the contract's folder. A network in earnest keeps it running under a supervisor.
const launcher = createRequire(import.meta.url).resolve('fabric-shim/cli.js');
const contract = fileURLToPath(new URL('contract', import.meta.url));
const service = spawn(
  process.execPath,
  [
    launcher,
    'server',
    '--chaincode-address',
    address,
    '--chaincode-id',
    chaincode.id,
    '--module-path',
    contract,
  ],
  { stdio: 'inherit', env: { ...process.env, CORE_CHAINCODE_LOGGING_LEVEL: 'CRITICAL' } },
);

const session = openSession({ home });
const { organisation, consortium, identity } = session.context;
const { gateway, close } = connectToPeer(organisation, identity);
try {
  await deploy(home, consortium, NAME, chaincode);
  console.log(`chaincode ${NAME} is deployed on ${consortium.channels.main.name}`);

  const recalls = gateway.getNetwork(consortium.channels.main.name).getContract(NAME);
  await recalls.submit('announce', { arguments: [DOMAIN, traceId, 'glass found in a sack'] });
  const recall = await recalls.evaluate('read', { arguments: [traceId] });
  console.log(`the contract says: ${Buffer.from(recall).toString()}`);

  // The masters attest every chaincode's state: it can be proven like that of the domains.
  const question = { domain: NAME, key: `recall/${traceId}` };
  const trust = loadTrust(join(home, 'trust.json'));
  const { asOf, states } = verifyStates([question], await findStates(session, [question], trust), trust);
  const value = Buffer.from(states[0]?.value ?? []).toString();
  console.log(`proven as of block ${asOf.blockNum}: ${value}`);
  console.log(`attested by ${asOf.attestedBy.join(', ')}`);
} finally {
  close();
  session.close();
  service.kill();
}
