import type { Effect } from '../mvcc/effects.js';
import { LIFECYCLE_NAMESPACE } from '../transaction/domains.js';

const DEFINITION_KEY = /^namespaces\/(?:metadata\/([^/]+)|fields\/([^/]+)\/[^/]+)$/;

/**
 * Applies a valid transaction's effects to `state`, the public state of `_lifecycle` by key, and returns the
 * names of the chaincodes whose definition they touch, sorted; effects on other namespaces are ignored.
 * A definition acts from the next block on.
 */
export function applyLifecycleWrites(state: Map<string, Uint8Array>, effects: readonly Effect[]): string[] {
  const touched = new Set<string>();
  for (const effect of effects) {
    if (effect.namespace !== LIFECYCLE_NAMESPACE || effect.kind === 'restamp') continue;
    if (effect.kind === 'put') state.set(effect.key, effect.value);
    else state.delete(effect.key);
    const [, metadataOf, fieldOf] = DEFINITION_KEY.exec(effect.key) ?? [];
    const name = metadataOf ?? fieldOf;
    if (name !== undefined) touched.add(name);
  }
  return [...touched].sort();
}
