import { isDomainName } from '@cotrace/core';
import { effects, type NamespaceRwset } from '@cotrace/fabric-model';

/**
 * What keys of domains' states hold after a valid transaction, by domain, of those that it gave a value. A key that it
 * writes more than once has what Fabric makes of that (docs/formats.md, State).
 */
export function valuesWritten(rwset: readonly NamespaceRwset[]): Map<string, Map<string, Uint8Array>> {
  const domains = new Map<string, Map<string, Uint8Array>>();
  for (const effect of effects(rwset)) {
    const { kind, namespace, key } = effect;
    if (kind !== 'put' || !isDomainName(namespace)) continue;
    const values = domains.get(namespace);
    if (values === undefined) domains.set(namespace, new Map([[key, effect.value]]));
    else values.set(key, effect.value);
  }
  return domains;
}
