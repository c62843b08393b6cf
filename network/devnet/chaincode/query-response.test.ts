import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromBinary } from '@bufbuild/protobuf';
import { ledger, peer } from '@cotrace/fabric-model';
import type { RangeCursor } from '../ledger/types.js';
import { nextBatch, rangeQuery } from './query-response.js';

const runs = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

function cursorOf(count: number): { cursor: RangeCursor; state: { read: number; closed: number } } {
  const state = { read: 0, closed: 0 };
  const entry = (i: number): { key: string; value: Uint8Array } => ({
    key: `k${i}`,
    value: Uint8Array.of(1),
  });
  const cursor: RangeCursor = {
    next: () => Promise.resolve(state.read < count ? entry(state.read++) : null),
    bookmarkAndClose: () => {
      state.closed += 1;
      return Promise.resolve(state.read < count ? `k${state.read}` : '');
    },
    close: () => {
      state.closed += 1;
      return Promise.resolve();
    },
  };
  return { cursor, state };
}

const keys = (response: peer.QueryResponse): string[] =>
  response.results.map(({ resultBytes }) => fromBinary(ledger.KVSchema, resultBytes).key);

describe('answers to a query', () => {
  it('come in batches of 100, and say that there is more only if there is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 350 }), async (count) => {
        const { cursor, state } = cursorOf(count);
        const query = rangeQuery('id', 'ns', cursor, null);
        const sizes: number[] = [];
        const all: string[] = [];
        for (;;) {
          const { response, open } = await nextBatch(query);
          expect(response.hasMore).toBe(open);
          sizes.push(response.results.length);
          all.push(...keys(response));
          if (!open) break;
        }
        expect(all).toEqual(Array.from({ length: count }, (_, i) => `k${i}`));
        expect(sizes.slice(0, -1).every((size) => size === 100)).toBe(true);
        // The Node shim takes the first result after "more" without looking whether there is one.
        expect(count === 0 || (sizes.at(-1) ?? 0) > 0).toBe(true);
        expect(state.closed).toBe(1);
      }),
      { numRuns: runs },
    );
  });

  it('are one page with count and bookmark, where a page is asked for', async () => {
    const { cursor, state } = cursorOf(250);
    const { response, open } = await nextBatch(rangeQuery('id', 'ns', cursor, 120));
    expect(open).toBe(false);
    expect(response.results).toHaveLength(120);
    expect(fromBinary(peer.QueryResponseMetadataSchema, response.metadata)).toMatchObject({
      fetchedRecordsCount: 120,
      bookmark: 'k120',
    });
    expect(state).toEqual({ read: 120, closed: 1 });
  });

  it('have metadata of no bytes for an empty page, as Fabric’s', async () => {
    const { response } = await nextBatch(rangeQuery('id', 'ns', cursorOf(0).cursor, 10));
    expect(response.metadata).toHaveLength(0);
  });

  it('are all that follows, for a page of size 0', async () => {
    const { response } = await nextBatch(rangeQuery('id', 'ns', cursorOf(130).cursor, 0));
    expect(response.results).toHaveLength(130);
  });
});
