import { setTimeout as sleep } from 'node:timers/promises';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { anchorKey, checkingHeaderHash, decodeCheckingHeader, toBase64url, toHex } from '@cotrace/core';
import { StoredCycleSchema } from '../../gateway-app/gen/cotrace/store_pb.js';
import { ordered } from '../../gateway-app/node/store.js';
import type { Lie } from '../../gateway-app/testing/lying-contract.js';
import { put } from '../../gateway-app/testing/transactions.js';
import { FORGED_SEALS, type ForgedSeal } from './forged-seals.js';
import type { LiarsCall } from './liar.js';
import { changed, LATE, numbered, ORG2, ORG3, refusedWith, seals, unproven, WRONG } from './sealing-calls.js';
import { HONEST, LIAR, SealingScene } from './sealing-scene.js';

// Other work on the machine must not fail a test.
jest.setTimeout(300_000);

/** An endorser that hangs is waited for five seconds. */
const T2_MS = 8000;

let scene: SealingScene;

beforeAll(async () => {
  const times = `{ t1: 2, t2: ${T2_MS / 1000} }`;
  scene = await SealingScene.up(`checkingHeight: 4\nchecking: ${times}\nbatch: { timeout: 50ms }\n`);
});
afterAll(() => scene.remove());

describe('an initiator', () => {
  it('that never comes is warned and punished on the channel, and the next one seals all that has piled up', async () => {
    const checkNum = await scene.liarsTurn();
    const later = await scene.endCycle();
    const { late, initiator, sealedMs } = await scene.ends(checkNum);
    expect({ late, initiator }).toEqual({ late: LATE, initiator: ORG2 });
    expect(await scene.ends(later)).toMatchObject({ late: [], initiator: ORG2, sealedMs });
    const { value } = await scene.network.scene.cotrace.json('checking', String(checkNum));
    expect(value).toMatchObject({ cycles: [{ checkNum: String(checkNum), late: LATE }] });
  });

  it('that was punished is waited for as long as before, proposes a wrong part, and is refused by all who worked it out', async () => {
    const { liar } = scene;
    const checkNum = await scene.liarsTurn();
    const wrongPart = numbered('recordDomain', checkNum, 'production', WRONG);
    const wrongHeader = seals(changed(await scene.header(checkNum), { bodyRoot: WRONG }));
    for (const call of [wrongPart, wrongHeader]) {
      expect(await liar.refusals(call, ...HONEST)).toEqual(refusedWith('DIFFERS'));
      expect(await liar.submits(call, LIAR)).toBe('ENDORSEMENT_POLICY_FAILURE');
    }
    expect(await scene.ends(checkNum)).toMatchObject({ late: LATE, initiator: ORG2 });
    const parts = await scene.parts(checkNum);
    expect([...parts.keys()]).toContain('production');
    expect([...parts.values()]).not.toContain(toHex(WRONG));
    await scene.said(unproven(checkNum, 'SEAL_QUORUM.*: Org1MSP$'));
  });

  it('that seals n + 1 first is refused, and both are sealed in order', async () => {
    const { liar } = scene;
    const checkNum = await scene.liarsTurn();
    const next = await scene.endCycle();
    const call = seals(await scene.header(next));
    expect(await liar.refusals(call, ...HONEST)).toEqual(refusedWith('NOT_NEXT'));
    expect(await liar.submits(call, LIAR)).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await scene.ends(checkNum)).toMatchObject({ late: LATE, initiator: ORG2 });
    expect(await scene.ends(next)).toMatchObject({ late: [], initiator: ORG2 });
  });

  it('that comes twice has sealed once, and makes an old root no newer', async () => {
    const { liar } = scene;
    const checkNum = await scene.liarsTurn();
    const call = seals(await scene.header(checkNum));
    const [first, second] = [await liar.ask(call, LIAR, ORG2), await liar.ask(call, LIAR, ORG2)];
    expect(await liar.commits(first)).toBe('VALID');
    expect(await liar.commits(second)).toBe('MVCC_READ_CONFLICT');
    const { sealedMs, initiator, late } = await scene.ends(checkNum);
    expect({ initiator, late }).toEqual({ initiator: LIAR, late: [] });
    expect(await liar.refusals(call, ...HONEST)).toEqual(refusedWith('SEALED'));
    expect(await liar.submits(call, LIAR)).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await scene.ends(await scene.endCycle())).toMatchObject({ late: [] });
    expect(await scene.ends(checkNum)).toMatchObject({ sealedMs, initiator: LIAR });
  });

  it('whose seal is proven and not in the state keeps nobody from sealing the next cycles', async () => {
    const { liar } = scene;
    const checkNum = await scene.liarsTurn();
    const next = await scene.endCycle();
    const [header, nextHeader] = [await scene.header(checkNum), await scene.header(next)];
    const both = await liar.ask(seals(header, nextHeader), LIAR, ORG2);
    const alone = await liar.ask(seals(header), LIAR, ORG2);
    const inOrder = [await liar.sends(alone), await liar.sends(both)];
    expect(await Promise.all(inOrder.map(({ code }) => code()))).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
    expect(await scene.ends(checkNum)).toMatchObject({ late: [], initiator: LIAR });
    expect(await scene.ends(next)).toMatchObject({ late: [], initiator: LIAR });
    expect(await scene.ends(await scene.endCycle())).toMatchObject({ late: [], initiator: ORG3 });
  });

  it('that seals in haste loses no part: the next one records them', async () => {
    const checkNum = await scene.liarsTurn();
    await scene.sealsInTurn(checkNum);
    expect(await scene.parts(checkNum)).toEqual(new Map());
    const next = await scene.endCycle();
    await scene.ends(next);
    const domains = [...(await scene.parts(next)).keys()];
    expect(domains).toContain('production');
    await scene.until('all parts', async () => (await scene.parts(checkNum)).size === domains.length);
  });

  it('that withholds an anchor is named, and the next one anchors', async () => {
    const checkNum = await scene.liarsTurn();
    await scene.sealsInTurn(checkNum);
    await scene.until('an anchor', async () => (await scene.cycle(checkNum)).anchorBlock > 0n);
    await scene.said(new RegExp(`anchored cycle ${checkNum} on main, which ${LIAR} had sealed and did not`));
    expect(await scene.ends(checkNum)).toMatchObject({ late: [], initiator: LIAR });
  });
});

describe('an endorser', () => {
  it('that endorses anything is asked like others, and what is sealed is what the others worked out', async () => {
    const { endorsers, late } = await scene.asksLiar('anything', (row) => row.endorsers.includes(LIAR));
    expect({ isAsked: endorsers.includes(LIAR), late }).toEqual({ isAsked: true, late: [] });
  });

  const askedLast = ({ checkNum }: { readonly checkNum: bigint }, why: string): RegExp =>
    new RegExp(`${LIAR} is asked last until cycle ${checkNum + 1n}: .*${why}`);

  it.each<[Lie, string]>([
    ['more', 'its endorsement was odd'],
    ['hang', 'it did not answer'],
  ])('that answers with %s is named, and the cycle is sealed without it', async (how, why) => {
    const row = await scene.asksLiar(how, (one) => scene.hasSaid(askedLast(one, why)));
    expect(row.endorsers).toEqual(HONEST);
    expect(scene.hasSaid(askedLast(row, why))).toBe(true);
    if (how === 'more') expect(scene.hasSaid(new RegExp(`ODD_ENDORSEMENT.*${LIAR}`))).toBe(true);
  });
});

describe('no cycle is sealed by a transaction', () => {
  let checkNum: bigint;
  let ended: Awaited<ReturnType<SealingScene['ends']>>;
  const codes = new Map<ForgedSeal, string>();

  beforeAll(async () => {
    checkNum = await scene.liarsTurn();
    const header = await scene.header(checkNum);
    for (const forged of FORGED_SEALS) {
      codes.set(forged, await scene.sender.submits(forged.make(header, scene)));
    }
    ended = await scene.ends(checkNum);
  });

  it.each(FORGED_SEALS)('$name', (forged) => {
    expect(codes.get(forged)).toBe(forged.code);
    expect(ended.initiator).toBe(ORG2);
    expect(ended.sealedMs).not.toBe(BigInt(forged.time.getTime()));
  });

  it('and who submitted them is named', () => scene.said(unproven(checkNum, '')));
});

describe('a report', () => {
  const about = (checkNum: bigint, attempt: number, kind: string, mspId: string): LiarsCall =>
    numbered('reportLate', checkNum, String(attempt), kind, mspId);

  it('of an attempt to come, or long past, is endorsed by nobody who is honest', async () => {
    const { liar } = scene;
    const checkNum = await scene.liarsTurn();
    for (const [call, code] of [
      [about(checkNum, 1, 'warning', ORG2), 'TOO_EARLY'],
      [about(checkNum, 0, 'penalty', LIAR), 'TOO_EARLY'],
      [about(checkNum + 1n, 0, 'penalty', ORG2), 'TOO_EARLY'],
      [about(checkNum - 1n, 0, 'penalty', ORG3), 'NOT_NEXT'],
    ] as const) {
      expect(await liar.refusals(call, ...HONEST)).toEqual(refusedWith(code));
      expect(await liar.submits(call, LIAR)).toBe('ENDORSEMENT_POLICY_FAILURE');
    }
    await scene.sealsInTurn(checkNum);
    for (const n of [checkNum - 1n, checkNum]) expect(await scene.ends(n)).toMatchObject({ late: [] });
  });

  it('of nobody comes of an outage in which nobody could submit', async () => {
    const checkNum = await scene.liarsTurn();
    await scene.network.whileStopped('devnet', () => sleep(T2_MS + 1000));
    const { late } = await scene.ends(checkNum);
    expect(late.filter(({ kind }) => kind === 'penalty')).toEqual([]);
  });
});

describe('an anchor', () => {
  const hashOf = async (checkNum: bigint) => checkingHeaderHash(await scene.header(checkNum));

  it('of garbage, of a header to come or not yet sealed is endorsed by nobody who is honest', async () => {
    const { liar } = scene;
    const checkNum = await scene.liarsTurn();
    const early = numbered('anchor', checkNum, await hashOf(checkNum));
    expect(await liar.refusals(early, ...HONEST)).toEqual(refusedWith('TOO_EARLY'));
    await scene.sealsInTurn(checkNum);
    for (const [call, code] of [
      [numbered('anchor', checkNum, WRONG), 'DIFFERS'],
      [numbered('anchor', checkNum + 9n, WRONG), 'BEHIND'],
    ] as const) {
      expect(await liar.refusals(call, ...HONEST)).toEqual(refusedWith(code));
      expect(await liar.submits(call, LIAR)).toBe('ENDORSEMENT_POLICY_FAILURE');
    }
    // Each refused anchor takes a block: a later cycle's may stand for it.
    await scene.until('an anchor', async () =>
      (await scene.states()).every(({ anchored }) => anchored >= checkNum),
    );
    await scene.ends(checkNum);
  });

  it('of garbage that main has all the same is none: the right one is written over it, and later cycles are anchored', async () => {
    const { sender } = scene;
    const checkNum = await scene.liarsTurn();
    await sender.commits(put(sender.signers, 'anchor', { [anchorKey(checkNum)]: WRONG }));
    expect((await scene.cycle(checkNum)).anchorBlock).toBe(0n);
    await scene.sealsInTurn(checkNum);
    await scene.until('the right anchor', async () => (await scene.cycle(checkNum)).anchorBlock > 0n);
    const next = await scene.endCycle();
    await scene.until('an anchor', async () => (await scene.cycle(next)).anchorBlock > 0n);
    await scene.ends(next);
    const after = await scene.endCycle();
    await scene.ends(after);
    expect(decodeCheckingHeader(await scene.header(after)).anchored).toBeGreaterThanOrEqual(next);
  });
});

it('a master whose digests are damaged makes its rank trees again once a quorum has sealed what is right', async () => {
  const checkNum = await scene.liarsTurn();
  const header = await scene.header(checkNum);
  await scene.damage(async (store) => {
    const key = `cycle/${ordered(checkNum)}`;
    const row = fromBinary(StoredCycleSchema, (await store.get(key)) ?? new Uint8Array());
    const damaged = { ...row, header: changed(header, { bodyRoot: WRONG }) };
    await store.put(key, toBinary(StoredCycleSchema, damaged));
  });
  const { endorsers } = await scene.ends(checkNum);
  expect(endorsers).not.toContain(ORG3);
  await scene.said(new RegExp(`another header than this master computed: cycle ${checkNum}, in bodyRoot`));
  expect((await scene.states(checkNum)).map(({ headerHash }) => headerHash)).toEqual([
    checkingHeaderHash(header),
    checkingHeaderHash(header),
  ]);
  expect((await scene.ends(await scene.endCycle())).late).toEqual([]);
});

// Last: the definition stays.
describe('under a policy below the quorum', () => {
  beforeAll(() => scene.weaken());

  it('a header that is committed with fewer than q is recorded, and sealed again', async () => {
    const checkNum = await scene.liarsTurn();
    expect(await scene.liar.submits(seals(await scene.header(checkNum)), LIAR)).toBe('VALID');
    await scene.until('it recorded', async () => (await scene.cycle(checkNum)).recorded);
    expect(await scene.cycle(checkNum)).toMatchObject({ sealedMs: 0n, endorsers: [] });
    expect(await scene.ends(checkNum)).toMatchObject({ initiator: ORG2 });
    await scene.said(unproven(checkNum, 'SEAL_QUORUM.*: Org1MSP$'));
  });

  it('a wrong header that is committed with fewer than q is replaced by the one that is sealed', async () => {
    const checkNum = await scene.liarsTurn();
    const header = await scene.header(checkNum);
    const wrong = seals(changed(header, { trieRoot: WRONG }));
    expect(await scene.liar.submits(wrong, LIAR)).toBe('VALID');
    expect(await scene.ends(checkNum)).toMatchObject({ initiator: ORG2 });
    const cycle = String(checkNum);
    expect(await scene.liar.query(ORG2, 'headers', cycle, cycle)).toEqual([
      { cycle, header: toBase64url(header) },
    ]);
  });

  it('the policy is named by who looks at the network', async () => {
    const { stdout, stderr } = await scene.network.scene.cotrace.run('consortium', 'check');
    expect(stdout + stderr).toContain(
      "chaincode checking on channel checking must have the policy OutOf(2, 'Org1MSP.peer'",
    );
  });
});
