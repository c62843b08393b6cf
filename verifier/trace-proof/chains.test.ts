import { describe, expect, it } from '@jest/globals';
import type { TraceEvent } from '@cotrace/core';
import { brokenChains } from './chains.js';
import type { ReadEvent } from './contents.js';
import type { ChainLink } from './row-text.js';

const ID = 'urn:a:b';

function leafOf(block: number, domain: string): TraceEvent {
  return {
    txId: String(block).repeat(64).slice(0, 64),
    blockNum: BigInt(block),
    txNum: 0,
    domain,
    mspId: 'Org1MSP',
    envelopeHash: new Uint8Array(32),
    key: `trace/${ID}`,
    valueHash: new Uint8Array(32),
  };
}

/** An event of which the row is shown; without a link it is foreign, or a mark. */
function event(block: number, link: ChainLink | null, domain = 'goods'): ReadEvent {
  return { leaf: leafOf(block, domain), shown: null, link, record: null, envelope: false };
}

const after = (block: number, ver: number): ChainLink => ({ ver, preTraceTxId: leafOf(block, '').txId });
const FIRST: ChainLink = { ver: 1, preTraceTxId: null };
const brokenAt = (...events: readonly ReadEvent[]) =>
  brokenChains({ traceId: ID, events, unlisted: [] }).map(({ domain, txId }) => `${domain} ${txId[0] ?? ''}`);

describe('the chains of a trace', () => {
  it('are whole, domain by domain, whatever the order of trees and whatever is between', () => {
    expect(brokenAt(event(3, after(1, 2)), event(1, FIRST), event(2, null))).toEqual([]);
    expect(brokenAt(event(1, FIRST), event(2, FIRST, 'retail'), event(3, after(1, 2)))).toEqual([]);
  });

  it('are broken where a number or the transaction before is another, and there alone', () => {
    expect(brokenAt(event(1, after(0, 2)))).toEqual(['goods 1']);
    expect(brokenAt(event(1, FIRST), event(2, after(1, 3)), event(3, after(2, 4)))).toEqual(['goods 2']);
    expect(brokenAt(event(1, FIRST), event(2, after(9, 2)))).toEqual(['goods 2']);
  });

  it('are broken where a row was deleted and begun anew', () => {
    expect(brokenAt(event(1, FIRST), event(2, FIRST), event(3, after(2, 2)))).toEqual(['goods 2']);
  });

  it('are not looked at where an event is not shown, or not listed', () => {
    const hidden: ReadEvent = { ...event(1, null), leaf: null, shown: { shown: 'hidden' } };
    expect(brokenAt(hidden, event(2, after(9, 2)))).toEqual([]);
    const unlisted = [{ mspId: 'Org1MSP', events: 1 }];
    expect(brokenChains({ traceId: ID, events: [event(2, after(9, 2))], unlisted })).toEqual([]);
  });
});
