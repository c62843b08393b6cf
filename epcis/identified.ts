import { identify, trimSpace, type Identity } from '@cotrace/core';
import type { EpcisIdentifier } from './identifiers.js';
import type { JsonLdPrefixes } from './json-ld-prefixes.js';

/** What an identifier of an event is, its prefix expanded; `odd` says in sentences what people should look at. Throws `BAD_TRACE_ID`. */
export function identifyIn(
  { text, role, quantity }: EpcisIdentifier,
  prefixes: JsonLdPrefixes,
): { readonly identity: Identity; readonly odd: readonly string[] } {
  const written = trimSpace(text);
  const identity = identify(prefixes.expand(written));
  const prefix = prefixes.undeclared(written);
  const odd = identity.warnings.map(({ message, meant }) => {
    return meant === null ? message : `${message}; perhaps ${meant} is meant`;
  });
  if (prefix !== null)
    odd.push(`begins with ${prefix}:, a prefix that no context declares; it is recorded as it is`);
  const misplaced = role === 'process' ? null : misplacedIn(identity, quantity !== null);
  return { identity, odd: misplaced === null ? odd : [...odd, misplaced] };
}

/** What is said of an identifier that is not of its list; of those of others than GS1, nobody knows what they stand for. */
function misplacedIn({ nature, traceId }: Identity, isQuantity: boolean): string | null {
  if (!isQuantity && nature !== 'instance') {
    return `names a ${nature}, not one thing; quantities of it belong in a list of quantities`;
  }
  const isOfGs1 = traceId.startsWith('https://id.gs1.org/');
  return isQuantity && nature === 'instance' && isOfGs1
    ? 'names one thing, not a class or lot; it belongs in a list of EPCs'
    : null;
}
