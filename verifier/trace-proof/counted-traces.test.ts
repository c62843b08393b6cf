import { describe, expect, it } from '@jest/globals';
import { MAX_TREE_SIZE } from '@cotrace/core';
import { lineageAndNeeds } from '../lineage/lineage.js';
import type { ShownEvent } from '../lineage/types.js';
import type { ReadEvent } from './contents.js';
import { countedTraces } from './counted-traces.js';
import type { ProvenTree } from './heads.js';

const [ID, OTHER] = ['https://id.gs1.org/01/09521234500049/10/A', 'urn:a:b'];
const HIDDEN: ShownEvent = { shown: 'hidden' };
const PLACE: ShownEvent = { shown: 'place', place: { domain: 'goods', txId: '1', organisation: 'Org1MSP' } };

function read(shown: ShownEvent | null): ReadEvent {
  return { leaf: null, shown, link: null, record: null, envelope: false };
}

function tree(mspId: string, count: number, listed: number): ProvenTree {
  return { mspId, count, events: Array.from({ length: listed }, () => NOT_LOOKED_AT) };
}
const NOT_LOOKED_AT = { event: { index: 0, hidden: new Uint8Array(32) }, leaf: null };

describe('what is shown of traces', () => {
  it('is counted for each organisation: rows, foreign ones included, of all that its tree has', () => {
    const asked = {
      ...{ traceId: ID, direction: 'none' as const, recorders: null, rootTime: null },
      ...{ natureOf: () => 'lot' as const, limits: { identifiers: 1, events: 1 } },
    };
    const { answer, needs } = lineageAndNeeds(asked, new Map([[ID, []]]));
    const consulted = new Map([...needs, [OTHER, new Set<number>()]]);
    const trees = [tree('Org1MSP', 5, 3), tree('Org2MSP', MAX_TREE_SIZE, 1)];
    const events = [read(HIDDEN), read(null), read(PLACE), read(null)];
    const { identifiers, consulted: others } = countedTraces(
      { lineage: answer, needs: consulted },
      [
        { traceId: ID, trees },
        { traceId: OTHER, trees: [] },
      ],
      [
        { traceId: ID, events, unlisted: [] },
        { traceId: OTHER, events: [], unlisted: [] },
      ],
    );
    expect(identifiers).toMatchObject([
      {
        ...{ traceId: ID, nature: 'lot', as: ['product'], certain: true },
        organisations: [
          { mspId: 'Org1MSP', count: 5, shown: 1, full: false },
          { mspId: 'Org2MSP', count: MAX_TREE_SIZE, shown: 1, full: true },
        ],
      },
    ]);
    expect(others).toEqual([{ traceId: OTHER, nature: 'instance', organisations: [] }]);
  });
});
