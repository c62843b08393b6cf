import { join } from 'node:path';
import { defaultDomains } from '@cotrace/chaincode';
import { loadIdentity, loadTls, type CryptoLayout, type Topology } from '@cotrace/network';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { defineDomain } from '../client/define-domains.js';
import { explained } from '../client/gateway-answers.js';
import { gatewayPeer } from '../client/gateway-peer.js';
import { refusalOf } from '../client/refusal.js';
import type { DomainContract } from '../client/wire.js';
import type { Consortium } from '../consortium/consortium.js';
import { connectFabric } from '../fabric/connection.js';
import { pauseFor } from '../node/retry.js';
import type { Progress } from './progress.js';
import { DEFINE_MS, DEFINE_PAUSE_MS } from './limits.js';

/**
 * Writes the definition of every domain to the ledger, by the first organisation's administrator, where it is missing.
 * `requireRunning` throws where a process that is needed has ended: nobody is waited for then.
 */
export async function defineDomains(
  topology: Topology,
  layout: CryptoLayout,
  consortium: Consortium,
  requireRunning: () => void,
  progress: Progress,
): Promise<void> {
  const [organisation] = topology.organisations;
  const [entry] = consortium.organisations;
  if (organisation === undefined || entry === undefined) return;
  const folder = layout.user(organisation, 'Admin');
  const identity = loadIdentity(join(folder, 'msp'), organisation.mspId);
  const tls = loadTls(join(folder, 'tls'));
  const { peer, tlsRoots } = entry;
  const fabric = connectFabric({ ...peer, tlsRoots, identity, tls }, 'calls');
  try {
    const main = gatewayPeer(fabric.gateway.getNetwork(consortium.channels.main.name));
    const missing = topology.domains.map((domain) =>
      define(main.contract(domain), domain, requireRunning, progress),
    );
    await Promise.all(missing);
  } finally {
    fabric.close();
  }
}

async function define(
  contract: DomainContract,
  domain: string,
  requireRunning: () => void,
  progress: Progress,
): Promise<void> {
  const definition = defaultDomains.find(({ name }) => name === domain);
  if (definition === undefined) {
    progress(`domain ${domain} has no built-in definition: define it before capturing in it`);
    return;
  }
  const deadline = Date.now() + DEFINE_MS;
  for (;;) {
    try {
      const defined = await defineDomain(contract, definition);
      if (defined === 'defined') progress(`domain ${domain} defined`);
      if (defined === 'defined otherwise')
        progress(`domain ${domain} keeps the definition that is on the ledger`);
      return;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== null || !(error instanceof GatewayError) || Date.now() > deadline) {
        const peer = 'the first peer';
        throw explained(
          'NOT_DEFINED',
          `domain ${domain} could not be defined`,
          { error, peer },
          { domain, refusal },
        );
      }
      requireRunning();
      await pauseFor(DEFINE_PAUSE_MS, new AbortController().signal);
    }
  }
}
