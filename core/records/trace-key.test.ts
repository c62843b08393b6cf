import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex, utf8 } from '../bytes/bytes.js';
import { markKey, recordKey, traceKey } from './keys.js';
import { MAX_TRACE_KEY_BYTES, readTraceKey } from './trace-key.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const ID = 'ab'.repeat(32);

const texts = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((text) => utf8(text).length <= 512);
const recordIds = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex);

describe('the key of a row or mark', () => {
  it('is read as it was written, whatever the TraceID', () => {
    fc.assert(
      fc.property(texts, recordIds, (traceId, recordId) => {
        expect(readTraceKey(traceKey(traceId))).toEqual({ traceId, recordId: null });
        expect(readTraceKey(markKey(traceId, recordId))).toEqual({ traceId, recordId });
      }),
      { numRuns: RUNS },
    );
  });

  it('is read from the end where a TraceID looks like the rest of a mark', () => {
    expect(readTraceKey(`mark/a ${ID} ${ID}`)).toEqual({ traceId: `a ${ID}`, recordId: ID });
    expect(readTraceKey(`trace/a ${ID}`)).toEqual({ traceId: `a ${ID}`, recordId: null });
    expect(readTraceKey(`mark/mark/a ${ID}`)).toEqual({ traceId: 'mark/a', recordId: ID });
    expect(readTraceKey(`mark/  ${ID}`)).toEqual({ traceId: ' ', recordId: ID });
    expect(readTraceKey(`trace/a\0b`)).toEqual({ traceId: 'a\0b', recordId: null });
  });

  it.each([
    ['of a record', recordKey(ID)],
    ['without a TraceID', 'trace/'],
    ['of a mark without a TraceID', `mark/ ${ID}`],
    ['of a mark without a record id', 'mark/a'],
    ['of a mark with an upper-case record id', `mark/a ${ID.toUpperCase()}`],
    ['of a mark with a record id that is too short', `mark/a ${ID.slice(1)}`],
    ['of a mark with a record id that is too long', `mark/a ${ID}0`],
    ['of a mark with a line after its record id', `mark/a ${ID}\n`],
    ['of a mark with another space', `mark/a\u00a0${ID}`],
    ['with something before it', ` trace/a`],
    ['in another case', 'Trace/a'],
    ['of a TraceID of 513 bytes', traceKey('a'.repeat(513))],
    ['of a TraceID of 257 characters of two bytes', traceKey('é'.repeat(257))],
    ['of a mark whose TraceID has 513 bytes', markKey('a'.repeat(513), ID)],
    ['with a lone surrogate', 'trace/a\ud800'],
  ])('is not one %s', (_what, key) => {
    expect(readTraceKey(key)).toBeNull();
  });

  it('has at most the bytes that its limit says', () => {
    const longest = markKey('é'.repeat(256), ID);
    expect(utf8(longest)).toHaveLength(MAX_TRACE_KEY_BYTES);
    expect(readTraceKey(longest)?.recordId).toBe(ID);
  });
});
