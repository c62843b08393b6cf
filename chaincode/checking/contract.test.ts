import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  anchorKey,
  checkingHeaderHash,
  encodePartLeaf,
  fromUtf8,
  headerKey,
  lateKey,
  partKey,
  toBase64url,
  toHex,
  utf8,
} from '@cotrace/core';
import fc from 'fast-check';
import { noteHeard, OwnLedger } from './own-ledger.js';
import {
  CheckingScene,
  cycle,
  exampleFacts,
  NOW,
  someCycles,
  T1,
  T2,
  type Circumstances,
  type Outcome,
} from './testing/scene.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

let scene: CheckingScene;

beforeEach(() => {
  scene = new CheckingScene();
});

function refused(outcome: Outcome, code: string, status = 409): void {
  expect(outcome).toMatchObject({ status, refusal: { code } });
  expect(outcome.writes.size).toBe(0);
}

const header = (n: number): Uint8Array => cycle(n).header;
const goods = (n: number): [string, string, Uint8Array] => [
  String(n),
  'goods',
  cycle(n).parts[1]?.hpart ?? new Uint8Array(),
];
const foreign = someCycles(70, 'other');
const foreignHeader = (n: number): Uint8Array => foreign[n - 1]?.header ?? new Uint8Array();

describe('a call', () => {
  it.each<[string, string, (string | Uint8Array)[], Circumstances, string, number]>([
    ['a function that is not there', 'toString', [], {}, 'UNKNOWN_FUNCTION', 400],
    ['anchoring under the name checking', 'anchor', ['4', new Uint8Array(32)], {}, 'UNKNOWN_FUNCTION', 400],
    [
      'sealing under the name anchor',
      'sealCycle',
      [header(5)],
      { chaincode: 'anchor' },
      'UNKNOWN_FUNCTION',
      400,
    ],
    ['another chaincode', 'sealCycle', [header(5)], { chaincode: 'goods' }, 'NOT_DIRECT', 403],
    ['a name of every object', 'sealCycle', [header(5)], { chaincode: 'toString' }, 'NOT_DIRECT', 403],
    ['a stranger that records', 'recordDomain', goods(5), { mspId: 'Org9MSP' }, 'NOT_MEMBER', 403],
    ['a stranger that seals', 'sealCycle', [header(5)], { mspId: 'Org9MSP' }, 'NOT_MEMBER', 403],
    ['a master that has said nothing', 'sealCycle', [header(5)], { facts: null }, 'BEHIND', 409],
  ])('of %s is refused', async (_, name, args, given, code, status) => {
    refused(await scene.call(name, args, given), code, status);
  });

  it('answers nothing where it writes, so that endorsers agree', async () => {
    expect(await scene.call('sealCycle', [header(5)])).toMatchObject({
      status: 200,
      payload: new Uint8Array(),
    });
  });
});

describe('recordDomain', () => {
  it('writes the part of a domain, of the next cycle and of those before it, sealed ones too', async () => {
    for (const n of [5, 4, 1]) {
      const { writes, reads } = await scene.submit('recordDomain', goods(n));
      const [, domain, hpart] = goods(n);
      expect([...writes]).toEqual([[partKey(BigInt(n), 'goods'), encodePartLeaf({ domain, hpart })]]);
      expect(reads).toEqual([partKey(BigInt(n), 'goods')]);
    }
    const [, , lifecycle] = ['5', '_lifecycle', cycle(5).parts[0]?.hpart ?? new Uint8Array()];
    expect((await scene.call('recordDomain', ['5', '_lifecycle', lifecycle])).status).toBe(200);
  });

  it.each<[string, (string | Uint8Array)[], Circumstances, string, number]>([
    ['for the cycle after the next', goods(6), {}, 'NOT_NEXT', 409],
    [
      'for a cycle that is not computed',
      ['71', 'goods', new Uint8Array(32)],
      { facts: { recorded: 70n } },
      'BEHIND',
      409,
    ],
    ['with another digest', ['5', 'goods', new Uint8Array(32)], {}, 'DIFFERS', 409],
    ['for a domain without entries', ['5', 'unknown', new Uint8Array(32)], {}, 'DIFFERS', 409],
    ['for no domain', ['5', 'a/b', new Uint8Array(32)], {}, 'BAD_ARGUMENT', 400],
    ['with a short digest', ['5', 'goods', new Uint8Array(31)], {}, 'BAD_ARGUMENT', 400],
    ['for cycle 0', ['0', 'goods', new Uint8Array(32)], {}, 'BAD_ARGUMENT', 400],
    ['for a number of another form', ['05', 'goods', new Uint8Array(32)], {}, 'BAD_ARGUMENT', 400],
    [
      'with bytes that are no text',
      [Uint8Array.of(255), 'goods', new Uint8Array(32)],
      {},
      'BAD_ARGUMENT',
      400,
    ],
    ['with long text', ['5', 'g'.repeat(257), new Uint8Array(32)], {}, 'BAD_ARGUMENT', 400],
    ['with an argument missing', ['5', 'goods'], {}, 'BAD_ARGUMENT', 400],
    ['with one too many', [...goods(5), 'x'], {}, 'BAD_ARGUMENT', 400],
  ])('is refused %s', async (_, args, given, code, status) => {
    refused(await scene.call('recordDomain', args, given), code, status);
  });

  it('is refused where the part is recorded', async () => {
    await scene.submit('recordDomain', goods(5));
    refused(await scene.call('recordDomain', goods(5)), 'RECORDED');
  });

  it('overwrites a part that is wrong', async () => {
    const right = encodePartLeaf({ domain: 'goods', hpart: goods(5)[2] });
    for (const wrong of [encodePartLeaf({ domain: 'goods', hpart: new Uint8Array(32) }), utf8('no part')]) {
      scene.state.set(partKey(5n, 'goods'), wrong);
      const { writes } = await scene.submit('recordDomain', goods(5));
      expect([...writes]).toEqual([[partKey(5n, 'goods'), right]]);
    }
  });
});

describe('sealCycle', () => {
  it('writes the header, and reads no other', async () => {
    const { writes, reads } = await scene.submit('sealCycle', [header(5)]);
    expect([...writes]).toEqual([[headerKey(5n), header(5)]]);
    expect(reads).toEqual([headerKey(5n)]);
  });

  it('takes up to 64 headers in order', async () => {
    const all = Array.from({ length: 64 }, (_, i) => header(5 + i));
    const { writes } = await scene.submit('sealCycle', all);
    expect([...writes.keys()]).toEqual(all.map((_, i) => headerKey(BigInt(5 + i))));
    refused(await scene.call('sealCycle', [...all, header(69)]), 'BAD_ARGUMENT', 400);
  });

  it('judges each of several headers as if alone', async () => {
    refused(await scene.call('sealCycle', [header(5), foreignHeader(6)]), 'DIFFERS');
    scene.state.set(headerKey(6n), header(6));
    refused(
      await scene.call('sealCycle', [header(5), header(6)], { facts: { sealedBeyond: [6n] } }),
      'SEALED',
    );
    const unproven = { facts: { recordedBeyond: [6n] } };
    expect((await scene.call('sealCycle', [header(5), header(6)], unproven)).status).toBe(200);
    const behind = { facts: { cycles: exampleFacts.cycles.slice(0, 5) } };
    refused(await scene.call('sealCycle', [header(5), header(6)], behind), 'BEHIND');
  });

  it.each<[string, (string | Uint8Array)[], Circumstances, string, number]>([
    ['with n + 1 before n', [header(6)], {}, 'NOT_NEXT', 409],
    ['with a wrong part in the header', [foreignHeader(5)], {}, 'DIFFERS', 409],
    ['with a header that is not computed', [header(5)], { facts: { cycles: someCycles(4) } }, 'BEHIND', 409],
    ['with headers that leave one out', [header(5), header(7)], {}, 'BAD_ARGUMENT', 400],
    ['with one header twice', [header(5), header(5)], {}, 'BAD_ARGUMENT', 400],
    ['with no header', [], {}, 'BAD_ARGUMENT', 400],
    ['with a short header', [header(5).slice(0, 319)], {}, 'BAD_ARGUMENT', 400],
    ['with 320 other bytes', [new Uint8Array(320)], {}, 'BAD_ARGUMENT', 400],
    ['five minutes early', [header(5)], { proposedMs: NOW + 300_001 }, 'CLOCK', 409],
    ['five minutes late', [header(5)], { proposedMs: NOW - 300_001 }, 'CLOCK', 409],
  ])('is refused %s', async (_, args, given, code, status) => {
    refused(await scene.call('sealCycle', args, given), code, status);
  });

  it('is endorsed by clocks less than five minutes apart', async () => {
    for (const proposedMs of [NOW - 240_000, NOW + 240_000]) {
      expect((await scene.call('sealCycle', [header(5)], { proposedMs })).status).toBe(200);
    }
  });

  it('is endorsed again for a recorded header while no transaction is known that proves it, and then never', async () => {
    scene.state.set(headerKey(4n), header(4));
    const unproven = { facts: { sealed: 3n } };
    const { writes } = await scene.call('sealCycle', [header(4)], unproven);
    expect([...writes]).toEqual([[headerKey(4n), header(4)]]);
    refused(await scene.call('sealCycle', [header(4)]), 'SEALED');
    refused(
      await scene.call('sealCycle', [header(4)], { facts: { sealed: 3n, sealedBeyond: [4n] } }),
      'SEALED',
    );
  });

  it('is not endorsed for a recorded header by a master that has not yet seen what recorded it', async () => {
    scene.state.set(headerKey(5n), header(5));
    refused(await scene.call('sealCycle', [header(5)]), 'BEHIND');
    expect((await scene.call('sealCycle', [header(5)], { facts: { recorded: 5n } })).status).toBe(200);
  });

  it('continues behind a header that is proven and not in the state, and records that one, too', async () => {
    const proven = { facts: { sealed: 5n } };
    expect((await scene.call('sealCycle', [header(6)], proven)).status).toBe(200);
    expect((await scene.call('sealCycle', [header(5)], proven)).status).toBe(200);
    const beyond = { facts: { sealedBeyond: [6n] } };
    expect((await scene.call('sealCycle', [header(7)], beyond)).status).toBe(200);
  });

  it('replaces another header that is recorded, unless the own one is proven', async () => {
    scene.state.set(headerKey(5n), foreignHeader(5));
    const { writes } = await scene.call('sealCycle', [header(5)]);
    expect([...writes]).toEqual([[headerKey(5n), header(5)]]);
    refused(await scene.call('sealCycle', [header(5)], { facts: { sealed: 5n } }), 'SEALED');
  });
});

describe('reportLate', () => {
  // Of cycle 5 the turns are those of Org3, Org1, Org2, …
  const warning = ['5', '0', 'warning', 'Org3MSP'];
  const penalty = ['5', '0', 'penalty', 'Org3MSP'];
  const afterT1: Circumstances = { now: NOW + T1 };
  const afterT2: Circumstances = { now: NOW + T2 };

  it('warns after t1 and punishes after t2', async () => {
    const first = await scene.submit('reportLate', warning, afterT1);
    expect([...first.writes.keys()]).toEqual([lateKey(5n, 0, 'warning')]);
    expect(first.reads).toEqual([headerKey(5n), 'late/00000000000000000005/…']);
    const second = await scene.submit('reportLate', penalty, afterT2);
    expect([...second.writes].map(([key, value]) => [key, fromUtf8(value)])).toEqual([
      [lateKey(5n, 0, 'penalty'), '{"attempt":0,"cycle":"5","kind":"penalty","mspId":"Org3MSP"}'],
    ]);
  });

  it.each<[string, string[], Circumstances, string, number]>([
    ['a warning before t1', warning, { now: NOW + T1 - 1 }, 'TOO_EARLY', 409],
    ['a penalty before t2', penalty, { now: NOW + T2 - 1 }, 'TOO_EARLY', 409],
    ['an attempt to come', ['5', '2', 'warning', 'Org2MSP'], { now: NOW + 2 * T2 - 1 }, 'TOO_EARLY', 409],
    ['a warning about an attempt that is over', warning, { now: NOW + T2 + T1 }, 'NOT_NEXT', 409],
    ['a penalty for an attempt long past', penalty, { now: NOW + 2 * T2 }, 'NOT_NEXT', 409],
    ['a cycle before', ['4', '0', 'penalty', 'Org2MSP'], afterT2, 'NOT_NEXT', 409],
    ['a cycle to come', ['6', '0', 'penalty', 'Org1MSP'], afterT2, 'TOO_EARLY', 409],
    ['a cycle where none is due', penalty, { ...afterT2, facts: { clock: null } }, 'TOO_EARLY', 409],
    ['whose turn it was not', ['5', '0', 'penalty', 'Org1MSP'], afterT2, 'DIFFERS', 409],
    [
      'an attempt without orderers',
      penalty,
      { ...afterT2, facts: { heardMs: [NOW - 1, NOW + T2] } },
      'BEHIND',
      409,
    ],
    ['where no orderer was ever heard', warning, { ...afterT1, facts: { heardMs: [] } }, 'BEHIND', 409],
    ['at another time', penalty, { ...afterT2, proposedMs: NOW + T2 - 300_001 }, 'CLOCK', 409],
    ['by a stranger', penalty, { ...afterT2, mspId: 'Org9MSP' }, 'NOT_MEMBER', 403],
    ['of another kind', ['5', '0', 'rumour', 'Org3MSP'], afterT2, 'BAD_ARGUMENT', 400],
    ['attempt 10,000', ['5', '10000', 'penalty', 'Org3MSP'], afterT2, 'BAD_ARGUMENT', 400],
    ['without a member', ['5', '0', 'penalty'], afterT2, 'BAD_ARGUMENT', 400],
  ])('is refused about %s', async (_, args, given, code, status) => {
    refused(await scene.call('reportLate', args, given), code, status);
  });

  it('is refused where the cycle is recorded', async () => {
    scene.state.set(headerKey(5n), header(5));
    refused(await scene.call('reportLate', penalty, afterT2), 'NOT_NEXT');
  });

  it('counts once for a cycle, member and kind', async () => {
    await scene.submit('reportLate', penalty, afterT2);
    refused(await scene.call('reportLate', penalty, afterT2), 'RECORDED');
    const again = ['5', '3', 'penalty', 'Org3MSP'];
    const later = { now: NOW + 4 * T2, facts: { heardMs: [NOW + 3 * T2] } };
    refused(await scene.call('reportLate', again, later), 'RECORDED');
    const other = ['5', '4', 'penalty', 'Org1MSP'];
    const latest = { now: NOW + 5 * T2, facts: { heardMs: [NOW + 4 * T2] } };
    expect((await scene.call('reportLate', other, latest)).status).toBe(200);
  });

  it('of attempts after 9,999 there is none', async () => {
    const at = { now: NOW + 10_000 * T2 + T1, facts: { heardMs: [NOW + 9999 * T2, NOW + 10_000 * T2] } };
    expect((await scene.call('reportLate', ['5', '9999', 'penalty', 'Org3MSP'], at)).status).toBe(200);
    refused(await scene.call('reportLate', ['5', '10000', 'warning', 'Org1MSP'], at), 'BAD_ARGUMENT', 400);
  });
});

describe('anchor', () => {
  const at: Circumstances = { chaincode: 'anchor' };
  const hash = checkingHeaderHash(header(4));

  it('writes the hash of a sealed header once', async () => {
    const { writes, reads } = await scene.submit('anchor', ['4', hash], at);
    expect([...writes]).toEqual([[anchorKey(4n), hash]]);
    expect(reads).toEqual([anchorKey(4n)]);
    refused(await scene.call('anchor', ['4', hash], at), 'RECORDED');
  });

  it('overwrites an anchor that is wrong', async () => {
    scene.state.set(anchorKey(4n), new Uint8Array(32));
    const { writes } = await scene.submit('anchor', ['4', hash], at);
    expect([...writes]).toEqual([[anchorKey(4n), hash]]);
  });

  it.each<[string, (string | Uint8Array)[], Circumstances, string, number]>([
    ['garbage', ['4', new Uint8Array(32)], at, 'DIFFERS', 409],
    ["another header's hash", ['4', checkingHeaderHash(header(5))], at, 'DIFFERS', 409],
    ['a header to come', ['5', checkingHeaderHash(header(5))], at, 'TOO_EARLY', 409],
    ['a header that is not computed', ['71', hash], at, 'BEHIND', 409],
    ['a short hash', ['4', hash.slice(1)], at, 'BAD_ARGUMENT', 400],
    ['nothing', [], at, 'BAD_ARGUMENT', 400],
    ['for a stranger', ['4', hash], { ...at, mspId: 'Org9MSP' }, 'NOT_MEMBER', 403],
  ])('is refused with %s', async (_, args, given, code, status) => {
    refused(await scene.call('anchor', args, given), code, status);
  });
});

describe('queries', () => {
  it('list headers, reports and parts, to anybody and before the master has come up', async () => {
    await scene.submit('sealCycle', [header(5), header(6)]);
    await scene.submit('recordDomain', goods(5));
    scene.state.set(partKey(5n, 'other'), utf8('not a part'));
    scene.state.set(
      lateKey(7n, 0, 'warning'),
      utf8('{"attempt":0,"cycle":"7","kind":"warning","mspId":"Org2MSP"}'),
    );
    scene.state.set(lateKey(8n, 0, 'warning'), utf8('not a report'));
    const given = { facts: null, mspId: 'Org9MSP' };
    const query = async (name: string, args: string[]): Promise<unknown> =>
      JSON.parse(fromUtf8((await scene.call(name, args, given)).payload));
    expect(await query('headers', ['1', '64'])).toEqual([
      { cycle: '5', header: toBase64url(header(5)) },
      { cycle: '6', header: toBase64url(header(6)) },
    ]);
    expect(await query('late', ['1', '10'])).toEqual([
      { attempt: 0, cycle: '7', kind: 'warning', mspId: 'Org2MSP' },
    ]);
    expect(await query('parts', ['5'])).toEqual([{ domain: 'goods', hpart: toHex(goods(5)[2]) }]);
    expect(await query('parts', ['6'])).toEqual([]);
    for (const args of [['1'], ['1', '65'], ['2', '1'], ['0', '1']]) {
      refused(await scene.call('headers', args, given), 'BAD_ARGUMENT', 400);
    }
  });
});

describe('writes', () => {
  it('are the same wherever a call is endorsed, at different clocks and heights', async () => {
    const calls: [string, (string | Uint8Array)[]][] = [
      ['recordDomain', goods(5)],
      ['recordDomain', goods(3)],
      ['sealCycle', [header(5), header(6)]],
      ['sealCycle', [header(4)]],
      ['reportLate', ['5', '0', 'penalty', 'Org3MSP']],
      ['reportLate', ['5', '1', 'warning', 'Org1MSP']],
    ];
    const circumstances = fc.record({
      facts: fc.record({
        cycles: fc.nat(70).map((count) => exampleFacts.cycles.slice(0, count)),
        recorded: fc.bigInt(0n, 6n),
        sealed: fc.bigInt(0n, 6n),
        clock: fc.nat(T2).map((ms) => ({ checkNum: 5n, startedMs: NOW - T2 - ms })),
        heardMs: fc.constant([NOW - T2, NOW]),
        members: fc.constantFrom(['Org1MSP', 'Org2MSP', 'Org3MSP'], ['Org3MSP', 'Org1MSP']),
      }),
      proposedMs: fc.constant(NOW),
      now: fc.integer({ min: 0, max: T2 }).map((ms) => NOW + ms),
      mspId: fc.constantFrom('Org1MSP', 'Org3MSP'),
    });
    let endorsed = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...calls),
        circumstances,
        circumstances,
        async ([name, args], a, b) => {
          const [one, other] = await Promise.all([a, b].map((given) => scene.call(name, args, given)));
          if (one?.status !== 200 || other?.status !== 200) return;
          endorsed++;
          expect(one.writes).toEqual(other.writes);
          expect(one.reads).toEqual(other.reads);
          expect(one.payload).toEqual(other.payload);
        },
      ),
      { numRuns: RUNS },
    );
    expect(endorsed).toBeGreaterThan(5);
  });
});

describe('what a master knows', () => {
  it('keeps when orderers were heard, of the last two attempts and few of them', () => {
    let times: number[] = [];
    for (let now = NOW; now < NOW + 5 * T2; now += 500) times = noteHeard(times, now, T2);
    expect(times.length).toBeLessThanOrEqual(34);
    const own = new OwnLedger({ ...exampleFacts, heardMs: times }, () => NOW + 5 * T2);
    expect([2, 3, 4].map((attempt) => own.heardWithin(attempt))).toEqual([false, true, true]);
    expect(noteHeard([NOW + 5], NOW, T2)).toEqual([NOW]);
  });

  it('keeps a time of every attempt in which orderers were heard, however seldom or often', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2 * T2 - 1), { minLength: 1, maxLength: 60 }), (offsets) => {
        const heard = offsets.map((ms) => NOW + ms).sort((a, b) => a - b);
        let times: number[] = [];
        for (const now of heard) times = noteHeard(times, now, T2);
        const own = new OwnLedger({ ...exampleFacts, heardMs: times }, () => NOW + 2 * T2);
        const within = (attempt: number): boolean =>
          heard.some((time) => Math.floor((time - NOW) / T2) === attempt);
        expect([0, 1].map((attempt) => own.heardWithin(attempt))).toEqual([0, 1].map(within));
        expect(times.at(-1)).toBe(heard.at(-1));
      }),
      { numRuns: RUNS },
    );
  });
});
