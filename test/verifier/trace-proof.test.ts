import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf } from '../../gateway-app/testing/codes.js';
import type { ReferenceLedger, ToldRecord } from '../../verifier/trace-proof/testing/reference-ledger.js';
import { prove } from '../../verifier/trace-proof/testing/prove.js';
import { M, N, O, ProofWorld, QUORUM, verified } from './trace-proof-scene.js';

const GTIN = 'https://id.gs1.org/01/09521234500049';
const [A, B, X] = ['A', 'B', 'X'].map((lot) => `${GTIN}/10/${lot}`) as [string, string, string];
const P = 'https://id.gs1.org/8003/09521234500049001';

let world: ProofWorld;
beforeAll(async () => {
  world = await ProofWorld.create();
});
afterAll(async () => {
  await world.remove();
});

const attestedBy = QUORUM;

function told(name: string, minute: number, ...traces: ToldRecord['traces']): ToldRecord {
  return { name, traces, time: `2026-05-01T08:${String(minute).padStart(2, '0')}:00.000Z` };
}

/** A is made, put in P, shipped, and made to X. */
function chain(): ReferenceLedger {
  const ledger = world.ledger();
  ledger.capture(O, { ...told('make', 1, { id: A, role: 'subject' }), change: 'add' });
  ledger.capture(O, {
    ...told('pack', 2, { id: P, role: 'parent' }, { id: A, role: 'child' }),
    bond: 'aggregation',
    change: 'add',
  });
  ledger.capture(M, { ...told('ship', 3, { id: P, role: 'subject' }), change: 'see' });
  ledger.capture(N, told('mill', 4, { id: A, role: 'input' }, { id: X, role: 'output' }));
  return ledger;
}

describe('a trace proof', () => {
  it('shows the own events of an identifier, all of them', async () => {
    const answer = verified(await prove(chain(), { traceId: A, attestedBy }), world);
    expect(answer.complete).toBe(true);
    expect(answer.asOf).toEqual({ block: 4n, unixSeconds: 1_780_000_000n, attestedBy: [O, M] });
    expect(answer.identifiers).toEqual([
      {
        traceId: A,
        nature: 'lot',
        as: ['product'],
        certain: true,
        because: [],
        organisations: [
          { mspId: O, count: 2, shown: 2, full: false },
          { mspId: N, count: 1, shown: 1, full: false },
        ],
      },
    ]);
    expect(
      answer.events.map(({ organisation, block, record }) => [organisation, block, record?.step]),
    ).toEqual([
      [O, 1n, 'commissioning'],
      [O, 2n, 'commissioning'],
      [N, 4n, 'commissioning'],
    ]);
  });

  it('shows a lineage with its container, and that nobody has recorded what is asked for', async () => {
    const ledger = chain();
    const up = verified(await prove(ledger, { traceId: X, direction: 'up', attestedBy }), world);
    expect(up.complete).toBe(true);
    expect(up.identifiers.map(({ traceId, as }) => [traceId, as])).toEqual([
      [A, ['product']],
      [X, ['product']],
      [P, ['container']],
    ]);
    const none = verified(await prove(ledger, { traceId: B, direction: 'both', attestedBy }), world);
    expect([none.complete, none.events, none.identifiers[0]?.organisations]).toEqual([true, [], []]);
  });

  it('shows keys of states, of any length', async () => {
    const states = [{ domain: 'goods', key: 'é'.repeat(2 ** 20) }];
    const answer = verified(await prove(chain(), { traceId: A, states, attestedBy }), world);
    expect(answer.states.map(({ value }) => value)).toEqual([null]);
  });

  it('names recorders by 255 bytes at most, however few characters these are', async () => {
    const asked = async (mspId: string) => {
      const proof = await prove(chain(), { traceId: A, recorders: [mspId], attestedBy });
      return codeOf(() => verified(proof, world));
    };
    expect(await asked('é'.repeat(127) + 'x')).toBeNull();
    expect(await asked('é'.repeat(128))).toBe('BAD_PROOF');
    expect(await asked('x'.repeat(256))).toBe('BAD_PROOF');
  });
});
