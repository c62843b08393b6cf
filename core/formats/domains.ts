import { compareBytes, utf8 } from '../bytes/bytes.js';

/** Where Fabric keeps which chaincodes are defined, with their policies; no domain. */
export const LIFECYCLE_NAMESPACE = '_lifecycle';

/** Longest name of a domain, in bytes. Fabric sets no limit; any client may put a name of megabytes into a block. */
export const MAX_DOMAIN_BYTES = 128;

/**
 * Most domains that a transaction is counted in one by one. With it a block of 1,023 transactions names at
 * most 65,472 domains, which the `u16` of an attestation can count.
 */
export const MAX_TRANSACTION_DOMAINS = 64;

/** Stands in an attestation's amounts for the transactions that belong to every domain; no chaincode can have this name. */
export const EVERY_DOMAIN = '*';

// core/chaincode/lifecycle/scc.go: ChaincodeNameRegExp, systemChaincodeNames.
const CHAINCODE_NAME = /^[a-zA-Z0-9]+(?:[-_][a-zA-Z0-9]+)*$/;
const SYSTEM_CHAINCODES: ReadonlySet<string> = new Set(['cscc', 'escc', 'lscc', 'qscc', 'vscc']);

/**
 * Whether a namespace is a domain: a name that Fabric's lifecycle lets a chaincode have, of at most
 * `MAX_DOMAIN_BYTES`, and no system chaincode's. Depends on nothing but the name.
 */
export function isDomainName(namespace: string): boolean {
  return (
    namespace.length <= MAX_DOMAIN_BYTES &&
    CHAINCODE_NAME.test(namespace) &&
    !SYSTEM_CHAINCODES.has(namespace)
  );
}

/**
 * The domains among the namespaces that a transaction names, each once, sorted as UTF-8; `all` where they are
 * more than `MAX_TRANSACTION_DOMAINS`. Total: the namespaces may come from any client.
 */
export function domainsAmong(namespaces: Iterable<string>): 'all' | string[] {
  const domains = new Set<string>();
  for (const namespace of namespaces) if (isDomainName(namespace)) domains.add(namespace);
  if (domains.size > MAX_TRANSACTION_DOMAINS) return 'all';
  return [...domains].sort((a, b) => compareBytes(utf8(a), utf8(b)));
}
