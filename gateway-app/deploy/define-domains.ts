import { defaultDomains } from '@cotrace/chaincode';
import type { CotraceError } from '@cotrace/core';
import type { CryptoLayout, Topology } from '@cotrace/network';
import { defineDomain, type DefineOptions } from '../client/define-domains.js';
import { explained } from '../client/gateway-answers.js';
import { gatewayPeer } from '../client/gateway-peer.js';
import { refusalOf } from '../client/refusal.js';
import type { GatewayPeer } from '../client/wire.js';
import type { Consortium } from '../consortium/consortium.js';
import { connectAdministrator } from './administrator.js';
import { patiently } from './patiently.js';
import type { Progress } from './progress.js';
import { DEFINE_MS, DEFINE_PAUSE_MS } from './limits.js';

/** What the members have redefined since is not for whoever starts the network to take back. */
const KEEPING: DefineOptions = { replace: false, before: () => undefined };

/**
 * Writes the definition of every domain to the ledger, by the first organisation's administrator, where it is missing.
 * `requireRunning` throws where a process that is needed has ended: nobody is waited for then. Throws `NOT_DEFINED`.
 */
export async function defineDomains(
  topology: Topology,
  layout: CryptoLayout,
  consortium: Consortium,
  requireRunning: () => void,
  progress: Progress,
): Promise<void> {
  const [organisation] = topology.organisations;
  if (organisation === undefined) return;
  const administrator = connectAdministrator(organisation, layout, consortium);
  try {
    await defineAt(
      gatewayPeer(administrator.network(topology.channels.main)),
      topology.domains,
      requireRunning,
      progress,
    );
  } finally {
    administrator.close();
  }
}

/** Writes the definitions of `domains` that are missing, all at the same time, as an administrator who is connected to `peer`. */
export async function defineAt(
  peer: Pick<GatewayPeer, 'contract'>,
  domains: readonly string[],
  requireRunning: () => void,
  progress: Progress,
): Promise<void> {
  const patience = {
    deadline: Date.now() + DEFINE_MS,
    pause: DEFINE_PAUSE_MS,
    stillStarting: requireRunning,
  };
  await Promise.all(
    domains.map(async (domain) => {
      const definition = defaultDomains.find(({ name }) => name === domain);
      if (definition === undefined) {
        progress(`domain ${domain} has no built-in definition: define it before capturing in it`);
        return;
      }
      const { result } = await patiently(
        () => defineDomain(peer.contract(domain), definition, KEEPING),
        (error) => notDefined(domain, error),
        patience,
      );
      if (result === 'defined') progress(`domain ${domain} defined`);
      if (result === 'defined differently')
        progress(`domain ${domain} keeps the definition that is on the ledger`);
    }),
  );
}

function notDefined(domain: string, error: unknown): CotraceError {
  return explained(
    'NOT_DEFINED',
    `domain ${domain} could not be defined`,
    { error, peer: 'the first peer' },
    { domain, refusal: refusalOf(error) },
  );
}
