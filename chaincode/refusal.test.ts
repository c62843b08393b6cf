import { describe, expect, it } from '@jest/globals';
import { MAX_REFUSAL_BYTES, Refusal, decodeRefusal, encodeRefusal } from './refusal.js';

const refusal = new Refusal('STALE', 'read it "again"', { traces: [{ id: 'é', preTraceTxId: null }] });
const body = { code: refusal.code, message: refusal.message, detail: refusal.detail };

describe('a refusal', () => {
  it('is read from a peer and from a gateway', () => {
    expect(decodeRefusal(encodeRefusal(refusal))).toEqual(body);
    expect(decodeRefusal(`chaincode response 500, ${encodeRefusal(refusal)}`)).toEqual(body);
  });

  it('stays readable where it is too long, or holds half a character', () => {
    for (const filler of ['x', '\u0001', '😀', '"']) {
      const long = encodeRefusal(new Refusal('BAD_RECORD', `a${filler.repeat(9000)}`, { field: 'record' }));
      expect(Buffer.byteLength(long)).toBeLessThanOrEqual(MAX_REFUSAL_BYTES);
      expect(decodeRefusal(long)).toMatchObject({ code: 'BAD_RECORD', detail: { truncated: true } });
    }
    const half = new Refusal('BAD_RECORD', 'half', { start: '😀'.slice(0, 1) });
    expect(decodeRefusal(encodeRefusal(half))?.detail).toEqual({ start: '\ufffd' });
  });

  it.each([
    '',
    'Expected 2 parameters, but 1 have been supplied',
    'null',
    '[]',
    '{}',
    '{"code":"SOMETHING","message":"x","detail":{}}',
    '{"code":"STALE","message":1,"detail":{}}',
    '{"code":"STALE","message":"x","detail":[]}',
    '{"code":"STALE","message":"x"}',
    'GET_STATE failed: {"code":"STALE","message":"x","detail":{}}',
  ])('is not seen in %j', (message) => expect(decodeRefusal(message)).toBeNull());
});
