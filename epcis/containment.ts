import type { ClientRecord, TraceRef } from '@cotrace/core';
import { member, type JsonObject } from './json.js';

type Containment = Pick<ClientRecord, 'bond' | 'change'>;

const NONE: Containment = { bond: null, change: null };
const BONDS = { AggregationEvent: 'aggregation', AssociationEvent: 'association' } as const;
const CHANGES = { ADD: 'add', OBSERVE: 'see', DELETE: 'remove' } as const;

/**
 * What an event did to its subjects or children, and under which bond (docs/formats.md, Records of EPCIS events). The end of
 * a business transaction takes nothing out of anything, and what types of others do to children nobody knows: they are only
 * seen.
 */
export function containmentOf(event: JsonObject, traces: readonly TraceRef[]): Containment {
  const type = member(event, 'type');
  const hasChild = traces.some(({ role }) => role === 'child');
  const contains = hasChild || traces.some(({ role }) => role === 'parent');
  switch (type) {
    case 'ObjectEvent':
      return { bond: null, change: changeOf(event) };
    case 'TransactionEvent':
    case 'TransformationEvent':
      return NONE;
    case 'AggregationEvent':
    case 'AssociationEvent': {
      const change = changeOf(event);
      if (!contains) return NONE;
      return { bond: BONDS[type], change: change === 'remove' && !hasChild ? 'empty' : change };
    }
    default:
      return contains ? { bond: 'other', change: 'see' } : NONE;
  }
}

function changeOf(event: JsonObject): Containment['change'] {
  const action = member(event, 'action');
  return action === 'ADD' || action === 'OBSERVE' || action === 'DELETE' ? CHANGES[action] : null;
}
