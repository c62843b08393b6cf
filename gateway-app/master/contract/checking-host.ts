import type { OwnFacts } from '@cotrace/chaincode';
import type { TlsMaterial } from '@cotrace/network';
import type { ContractConfig } from '../../node/node-config.js';
import { ContractHost, type HostOptions } from './host.js';

/** Beside this file, where it is built. */
const PROGRAM = new URL('contract-thread.js', import.meta.url);

/**
 * Serves the contracts `checking` and `anchor` as a master's configuration says. With TLS the service shows the master's
 * certificate, and takes peers that show one of the authority in its TLS folder. Throws `LISTEN`.
 */
export function serveChecking(
  { listen, packageId, tls }: ContractConfig,
  { key, certificate, ca }: TlsMaterial,
  log: HostOptions['log'],
  program = PROGRAM,
): Promise<ContractHost<OwnFacts>> {
  return ContractHost.start({
    address: listen,
    packageId,
    tls: tls ? { key, certificate, clientAuthorities: ca } : null,
    log,
    program,
  });
}
