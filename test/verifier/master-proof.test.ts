import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { gatherLineage } from '../../gateway-app/master/proof/gather-lineage.js';
import { MOST_SHOWN } from '../../gateway-app/master/limits.js';
import { headsOf } from '../../gateway-app/master/proof/heads.js';
import { Pace } from '../../gateway-app/master/proof/pace.js';
import { proofParts } from '../../gateway-app/master/proof/proof-parts.js';
import type { ProofPart } from '../../gateway-app/gen/cotrace/cotrace_pb.js';
import { codeOf } from '../../gateway-app/testing/codes.js';
import { LINEAGE_LIMITS } from '../../verifier/lineage/lineage.js';
import { DIRECTIONS } from '../../verifier/lineage/types.js';
import { prove } from '../../verifier/trace-proof/testing/prove.js';
import type { TraceAnswer } from '../../verifier/trace-proof/answer.js';
import type { TraceProof } from '../../verifier/trace-proof/types.js';
import { C, type Asked, type MasterScene } from './master-proof-scene.js';
import { A, B, CRATES, GTIN, LOTS, MasterScenes, P, told, X } from './master-scenes.js';
import { M, N, O, QUORUM, verified } from './trace-proof-scene.js';

// Other work on the machine must not fail a test.
jest.setTimeout(60_000);

const HISTORIES = process.env['CI_DEEP'] === '1' ? 1_000 : 5;
let scenes: MasterScenes;

beforeAll(async () => {
  scenes = await MasterScenes.create();
});

afterAll(() => scenes.close());

/** What a proof shows of the ledger, without who attested it. */
function contents({ question, nodes, records, envelopes, traces, root: { block } }: TraceProof) {
  return { question, block, nodes, records, envelopes, traces };
}

/** What an answer says of the lineage. Which traces it consulted besides may differ: a trace that disproves nothing new may be there. */
function said({ identifiers, events, containers, leftOut, disputes, asOf: { block } }: TraceAnswer) {
  return { identifiers, events, containers, leftOut, disputes, block };
}

const step = fc.record({
  kind: fc.constantFrom('make', 'mill', 'pack', 'unpack', 'see', 'wrong', 'junk', 'marks'),
  who: fc.constantFrom(O, M, N),
  domain: fc.constantFrom('goods', 'retail'),
  a: fc.constantFrom(...LOTS),
  b: fc.constantFrom(...LOTS),
  crate: fc.constantFrom(...CRATES),
  name: fc.nat(5),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function take(scene: MasterScene, { kind, who, domain, a, b, crate, name }: Step): void {
  const aggregation = { bond: 'aggregation' as const };
  const packed = [
    { id: crate, role: 'parent' as const },
    { id: a, role: 'child' as const },
  ];
  switch (kind) {
    case 'make':
      scene.capture(who, { ...told(`e${name}`, { id: a, role: 'subject' }), change: 'add' }, domain);
      return;
    case 'mill':
      scene.capture(who, told(`e${name}`, { id: a, role: 'input' }, { id: b, role: 'output' }), domain);
      return;
    case 'pack':
      scene.capture(who, { ...told(`e${name}`, ...packed), ...aggregation, change: 'add' }, domain);
      return;
    case 'unpack':
      scene.capture(who, { ...told(`e${name}`, ...packed), ...aggregation, change: 'remove' }, domain);
      return;
    case 'see':
      scene.capture(who, { ...told(`e${name}`, { id: crate, role: 'subject' }), change: 'see' }, domain);
      return;
    case 'wrong':
      scene.capture(
        who,
        { ...told(`e${name}`, { id: a, role: 'input' }, { id: b, role: 'output' }), corrects: ['urn:x:1'] },
        domain,
      );
      return;
    case 'junk':
      scene.write(who, (txId) => ({ [domain]: { [`trace/${a}`]: JSON.stringify({ txId }), other: txId } }));
      return;
    case 'marks':
      scene.write(who, () => ({
        [domain]: {
          [`mark/${a} ${'1'.repeat(64)}`]: 'x',
          [`mark/${a} ${'2'.repeat(64)}`]: 'y',
        },
      }));
  }
}

describe('a master', () => {
  it('proves to the byte what the reference proves, in every direction', async () => {
    const scene = await scenes.chain();
    for (const traceId of [A, B, P, X]) {
      for (const direction of DIRECTIONS) {
        const asked = { traceId, direction, envelopes: direction === 'up' };
        const reference = await prove(scene.ledger, { ...asked, attestedBy: QUORUM });
        expect(contents(await scene.proven(asked))).toEqual(contents(reference));
      }
    }
  });

  it('proves the lineages that the reference proves, whatever was recorded', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 40 }),
        fc.boolean(),
        async (steps, envelopes) => {
          const scene = await scenes.add();
          for (const one of steps) take(scene, one);
          await scene.follow();
          for (const [i, traceId] of [...LOTS, ...CRATES, `${GTIN}/10/never`].entries()) {
            const direction = DIRECTIONS[(i + steps.length) % DIRECTIONS.length] ?? 'none';
            const asked = { traceId, direction, envelopes };
            const proof = await scene.proven(asked);
            const reference = await prove(scene.ledger, { ...asked, attestedBy: QUORUM });
            const answer = verified(proof, scene);
            expect(answer.complete).toBe(true);
            expect(said(answer)).toEqual(said(verified(reference, scene)));
          }
        },
      ),
      { numRuns: HISTORIES, endOnFailure: true },
    );
  });

  it.each([false, true])(
    'proves what an organisation told, behind a row that another wrote (with envelopes: %s)',
    async (envelopes) => {
      const scene = await scenes.add();
      scene.write(M, (txId) => ({ goods: { [`trace/${A}`]: JSON.stringify({ txId }) } }));
      const packing = told('pack', { id: P, role: 'parent' }, { id: A, role: 'child' });
      scene.capture(N, { ...packing, bond: 'aggregation', change: 'add' });
      await scene.follow();
      const { complete, events, foreign } = verified(
        await scene.proven({ traceId: P, direction: 'up', envelopes }),
        scene,
      );
      expect([complete, events.length]).toEqual([true, 1]);
      expect(foreign.map(({ organisation, traceId }) => [organisation, traceId]).sort()).toEqual([
        [M, A],
        [N, A],
      ]);
    },
  );

  it('proves by recorders and within limits as it is asked', async () => {
    const scene = await scenes.chain();
    const recorders = [O, N];
    const asked = { traceId: X, direction: 'up', recorders: { mspIds: recorders }, identifiers: 1 };
    const limits = { identifiers: 1, events: LINEAGE_LIMITS.events };
    const proof = await scene.proven(asked);
    const reference = await prove(scene.ledger, {
      ...{ traceId: X, direction: 'up', recorders, limits, attestedBy: QUORUM, counted: [M] },
    });
    expect(contents(proof)).toEqual(contents(reference));
    expect(verified(proof, scene).incomplete).toEqual(['cut']);
  });

  it('shows by its envelope alone that a row is no text, or names a record that nobody has', async () => {
    const scene = await scenes.chain();
    const { leaf, row } = scene.ledger.events.find((event) => event.leaf.key === `trace/${A}`) ?? {};
    scene.write(M, () => ({ junk: { [`trace/${A}`]: Uint8Array.of(0xff) } }));
    scene.write(O, (txId) => ({ junk: { [`trace/${A}`]: (row ?? '').replace(leaf?.txId ?? '', txId) } }));
    await scene.follow();
    const proof = await scene.proven({ traceId: A, direction: 'down' });
    const reference = await prove(scene.ledger, { traceId: A, direction: 'down', attestedBy: QUORUM });
    expect(contents(proof)).toEqual(contents(reference));
    expect(proof.envelopes).toHaveLength(2);
    const { complete, foreign } = verified(proof, scene);
    expect([complete, foreign.map(({ organisation }) => organisation).sort()]).toEqual([true, [O, M]]);
  });

  it('proves the newest events over all organisations, and the count of all', async () => {
    const scene = await scenes.add();
    for (let i = 0; i < 21; i++) {
      scene.capture([O, O, M][i % 3] ?? O, { ...told(`e${i}`, { id: A, role: 'subject' }), change: 'see' });
    }
    await scene.follow();
    for (const newest of [0, 1, 4, 20, 21, 22]) {
      const answer = verified(await scene.proven({ traceId: A, newest, envelopes: newest === 4 }), scene);
      const shown = Math.min(newest, 21);
      expect(answer.events.map(({ block }) => Number(block))).toEqual(
        Array.from({ length: shown }, (_, i) => 22 - shown + i),
      );
      const [identifier] = answer.identifiers;
      expect(identifier?.organisations.map(({ mspId, count }) => [mspId, count])).toEqual([
        [O, 14],
        [M, 7],
      ]);
      expect(answer.complete).toBe(shown === 21);
    }
  });

  it('proves under the end of a past cycle what stood there then', async () => {
    const scene = await scenes.add();
    const then = new Map<bigint, TraceProof>();
    for (let i = 0; i < 5; i++) {
      scene.capture(O, told(`e${i}`, { id: LOTS[i % 2] ?? A, role: 'input' }, { id: X, role: 'output' }));
      await scene.follow();
      then.set(scene.ledger.height, await scene.proven({ traceId: X, direction: 'up' }));
    }
    for (const blockNum of [2n, 4n, 5n]) {
      const proof = await scene.proven({ traceId: X, direction: 'up', blockNum });
      expect(proof).toEqual(then.get(blockNum));
      expect(verified(proof, scene).complete).toBe(true);
    }
    const codeAt = (blockNum: bigint) => codeOf(() => scene.parts({ traceId: X, blockNum }));
    expect([await codeAt(3n), await codeAt(6n)]).toEqual(['BAD_REQUEST', 'NOT_FOUND']);
  });

  it('sends long texts in pieces, each part below 4 MiB', async () => {
    const scene = await scenes.add();
    const data = { note: 'é'.repeat(800_000) };
    scene.capture(O, { ...told('long', { id: A, role: 'subject' }), change: 'add', data });
    await scene.follow();
    const asked = { traceId: A, envelopes: true };
    const parts = await scene.parts(asked);
    const pieces = parts.flatMap(({ part }) => (part.case === 'envelopes' ? part.value.pieces : []));
    expect(pieces.length).toBeGreaterThan(1);
    expect(Math.max(...pieces.map(({ bytes }) => bytes.length))).toBeLessThan(4 * 1024 * 1024);
    const answer = verified(await scene.proofOf(asked, parts), scene);
    expect(answer.events[0]).toMatchObject({ envelope: true, record: { data } });
  });
});

/**
 * Gathers what is up of X while `disturb` runs before each look at the heads; the proof of what was gathered, with so many
 * events at most.
 */
async function disturbed(
  scene: MasterScene,
  disturb: (look: number) => void,
  mostShown = MOST_SHOWN,
): Promise<TraceProof> {
  const asked: Asked = { traceId: X, direction: 'up' };
  const { ledger, store } = scene.master;
  const pace = new Pace(new AbortController().signal);
  const honest = headsOf(ledger, C, null, pace);
  let looks = 0;
  const gathered = await gatherLineage(
    { traceId: X, direction: 'up', recorders: null, limits: LINEAGE_LIMITS },
    {
      store,
      pace,
      mostShown,
      prove: async (ids) => {
        disturb(looks++);
        await scene.follow();
        return honest(ids);
      },
    },
  );
  const parts: ProofPart[] = [];
  const more = { store, pace, envelopes: false };
  for await (const part of proofParts(gathered, more)) parts.push(part);
  return scene.proofOf(asked, parts);
}

describe('where a member records more of an identifier than a proof can show', () => {
  const flood = (scene: MasterScene, name: string): void => {
    scene.capture(M, { ...told(name, { id: A, role: 'subject' }), change: 'see' });
  };

  it.each([
    { what: 'many events', most: { events: 10, bytes: 1_000_000 } },
    { what: 'many bytes', most: { events: 1000, bytes: 12_000 } },
  ])(
    'its events are left out and no others, for too $what, and the answer says how many',
    async ({ most }) => {
      const scene = await scenes.chain();
      for (let i = 0; i < 9; i++) flood(scene, `flood${i}`);
      // It goes on while the lineage is proven.
      const late = (look: number): void => {
        if (look < 2) flood(scene, `late${look}`);
      };
      const answer = verified(await disturbed(scene, late, most), scene);
      expect(answer.incomplete).toEqual(['open']);
      expect(answer.open).toEqual([{ traceId: A, missing: 'events', events: 11 }]);
      const shown = Object.fromEntries(
        answer.identifiers.map(({ traceId, organisations }) => [traceId, organisations]),
      );
      expect(shown[A]?.map(({ mspId, count, shown: of }) => [mspId, count, of])).toEqual([
        [O, 2, 2],
        [M, 11, 0],
        [N, 1, 1],
      ]);
      expect(shown[P]?.every(({ count, shown: of }) => count === of)).toBe(true);
      expect(answer.identifiers.map(({ traceId, certain }) => [traceId, certain])).toEqual([
        [A, true],
        [X, true],
        [P, true],
      ]);
    },
  );
});

describe('while blocks come', () => {
  const write = (scene: MasterScene, i: number): void => {
    const id = LOTS[i % 3] ?? A;
    scene.capture(M, { ...told(`w${i}`, { id, role: 'subject' }), change: 'see' });
  };

  it.each([1, 2, 3, 4, 5, 6])(
    'a lineage that grew before look %d is proven as it then stood',
    async (last) => {
      const scene = await scenes.chain();
      const proof = await disturbed(scene, (look) => {
        if (look < last) write(scene, look);
        // A new branch, so that the lineage itself grows.
        if (look === last)
          scene.capture(O, told('late', { id: B, role: 'input' }, { id: X, role: 'output' }));
      });
      const reference = await prove(scene.ledger, { traceId: X, direction: 'up', attestedBy: QUORUM });
      expect(contents(proof)).toEqual(contents(reference));
      expect(verified(proof, scene)).toMatchObject({ complete: true, asOf: { block: scene.ledger.height } });
    },
  );

  it('a lineage that never rests is refused as busy, never mixed', async () => {
    const scene = await scenes.chain();
    expect(await codeOf(() => disturbed(scene, (look) => write(scene, 3 * look + 2)))).toBe('BUSY_LINEAGE');
  });

  it('writers of other traces disturb nobody', async () => {
    const scene = await scenes.chain();
    const proof = await disturbed(scene, (look) => {
      scene.capture(M, { ...told(`o${look}`, { id: LOTS[3] ?? A, role: 'subject' }), change: 'add' });
    });
    expect(verified(proof, scene).complete).toBe(true);
  });
});
