import type { JsonValue } from '@cotrace/core';
import type { Random } from '../faults/random.js';

const ODD: readonly JsonValue[] = [null, true, 0, 1.5, '', 'AA', [], {}];

/** A proof as JSON in which a member or an item, mostly one near the top, is left out, there twice, or of another kind. */
export function reshaped(text: string, random: Random): string {
  const whole = JSON.parse(text) as JsonValue;
  let holder = whole;
  for (;;) {
    if (holder === null || typeof holder !== 'object') return JSON.stringify(whole);
    const parts = holder as Record<string, JsonValue>;
    const names = Object.keys(parts);
    if (names.length === 0) return JSON.stringify(whole);
    const name = random.one(names);
    const next = parts[name];
    if (next !== null && typeof next === 'object' && random.integer(0, 5) > 0) {
      holder = next;
      continue;
    }
    const kind = random.integer(0, 4);
    if (kind > 1) parts[name] = random.one(ODD);
    else if (!Array.isArray(holder)) Reflect.deleteProperty(parts, name);
    else holder.splice(Number(name), kind, ...(kind === 0 && next !== undefined ? [next] : []));
    return JSON.stringify(whole);
  }
}
