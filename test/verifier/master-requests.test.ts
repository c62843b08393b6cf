import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ProofPart } from '../../gateway-app/gen/cotrace/cotrace_pb.js';
import { PROOF_LIMITS } from '../../gateway-app/master/limits.js';
import { Pace } from '../../gateway-app/master/proof/pace.js';
import { codeOf } from '../../gateway-app/testing/codes.js';
import { LINEAGE_LIMITS } from '../../verifier/lineage/lineage.js';
import { requestOf, type Asked, type MasterScene } from './master-proof-scene.js';
import { A, MasterScenes, X } from './master-scenes.js';
import { M, O } from './trace-proof-scene.js';

// Other work on the machine must not fail a test.
jest.setTimeout(60_000);

let scenes: MasterScenes;

beforeAll(async () => {
  scenes = await MasterScenes.create();
});

afterAll(() => scenes.close());

describe('the parts of a proof', () => {
  let scene: MasterScene;
  const asked: Asked = { traceId: X, direction: 'up', envelopes: true };

  beforeAll(async () => {
    scene = await scenes.chain();
  });

  it('make the same proof in any order', async () => {
    const [start, ...rest] = await scene.parts(asked);
    if (start === undefined) throw new RangeError('no part');
    const proof = await scene.proofOf(asked, [start, ...rest.toReversed()]);
    expect(proof).toEqual(await scene.proven(asked));
  });

  it.each<[string, (parts: ProofPart[]) => ProofPart[]]>([
    ['nothing', () => []],
    ['no beginning', (parts) => parts.slice(1)],
    ['two beginnings', (parts) => [...parts.slice(0, 1), ...parts]],
    ['a part twice', (parts) => [...parts, ...parts.slice(-1)]],
    ['no last part', (parts) => parts.slice(0, -1)],
    ['no traces', (parts) => parts.filter(({ part }) => part.case !== 'traces')],
    ['no events', (parts) => parts.filter(({ part }) => part.case !== 'events')],
    ['no nodes', (parts) => parts.filter(({ part }) => part.case !== 'nodes')],
    ['more nodes than a proof can have', altered('start', (start) => ({ ...start, nodes: 100_001 }))],
    ['fewer records than it sends', altered('start', (start) => ({ ...start, records: 1 }))],
    [
      'a text that is longer than its pieces',
      altered('records', ({ pieces, ...rest }) => ({
        ...rest,
        pieces: pieces.map((piece) => ({ ...piece, length: piece.length + 1 })),
      })),
    ],
    [
      'a text that is shorter than its pieces',
      altered('records', ({ pieces, ...rest }) => ({
        ...rest,
        pieces: pieces.map((piece) => ({ ...piece, length: piece.length - 1 })),
      })),
    ],
    [
      'a text of more bytes than a proof can have',
      altered('records', ({ pieces, ...rest }) => ({
        ...rest,
        pieces: pieces.map((piece) => ({ ...piece, length: 2 ** 32 - 1 })),
      })),
    ],
    [
      'an event of no tree',
      altered('events', ({ events, ...rest }) => ({
        ...rest,
        events: events.map((event) => ({ ...event, tree: 7 })),
      })),
    ],
    [
      'more events than a proof can have',
      altered('traces', ({ traces, ...rest }) => ({
        ...rest,
        traces: traces.map((trace) => ({
          ...trace,
          trees: trace.trees.map((tree) => ({ ...tree, events: 2 ** 32 - 1 })),
        })),
      })),
    ],
  ])('are refused with %s', async (_what, change) => {
    const parts = change(await scene.parts(asked));
    expect(await codeOf(() => scene.proofOf(asked, parts))).toBe('BAD_PROOF');
  });
});

type Kind = NonNullable<ProofPart['part']['case']>;
type ValueOf<K extends Kind> = Extract<ProofPart['part'], { case: K }>['value'];

/** Changes the parts of a kind. */
function altered<K extends Kind>(kind: K, change: (value: ValueOf<K>) => ValueOf<K>) {
  return (parts: ProofPart[]): ProofPart[] =>
    parts.map((one) =>
      one.part.case === kind
        ? ({ ...one, part: { case: kind, value: change(one.part.value as ValueOf<K>) } } as ProofPart)
        : one,
    );
}

describe('a request for a proof', () => {
  let scene: MasterScene;

  beforeAll(async () => {
    scene = await scenes.chain();
  });

  it.each<[string, Partial<Asked>]>([
    ['of no direction', { direction: 'sideways' }],
    ['of an identifier that is not canonical', { traceId: 'https://id.gs1.org/01/%3095/10/A' }],
    ['of nothing', { traceId: '' }],
    ['of no identifiers', { identifiers: 0 }],
    ['of too many identifiers', { identifiers: LINEAGE_LIMITS.identifiers + 1 }],
    ['of no events', { events: 0 }],
    ['of too many events', { events: LINEAGE_LIMITS.events + 1 }],
    ['of the newest of a lineage', { direction: 'up', newest: 1 }],
    ['of too many newest', { newest: 10_001 }],
    ['by nobody', { recorders: { mspIds: [] } }],
    ['by an organisation without a name', { recorders: { mspIds: [''] } }],
    ['by an organisation with too long a name', { recorders: { mspIds: ['é'.repeat(128)] } }],
    ['by recorders out of order', { recorders: { mspIds: [M, O] } }],
    ['by recorders named twice', { recorders: { mspIds: [O, O] } }],
    [
      'by too many',
      { recorders: { mspIds: Array.from({ length: 1001 }, (_, i) => String(i).padStart(4, '0')) } },
    ],
  ])('is refused %s', async (_what, wrong) => {
    expect(await codeOf(() => scene.parts({ traceId: A, ...wrong }))).toBe('BAD_REQUEST');
  });

  it('is refused where the caller has two already, and taken again once one is over', async () => {
    const { signal } = new AbortController();
    const request = { traceId: A };
    const open = await Promise.all(
      [1, 2].map(async () => {
        const parts = scene.prover.prove(requestOf(request), 'caller', signal);
        await parts.next();
        return parts;
      }),
    );
    expect(await codeOf(() => scene.parts(request))).toBe('TOO_MANY_CALLS');
    await open[0]?.return(undefined);
    expect(await scene.parts(request)).not.toHaveLength(0);
    await open[1]?.return(undefined);
  });

  it('ends where the caller goes', async () => {
    const gone = new AbortController();
    const pace = new Pace(gone.signal);
    gone.abort();
    await new Promise((resolve) => setTimeout(resolve, 30));
    await expect(pace.breathe()).rejects.toHaveProperty('name', 'AbortError');
  });

  it('is bounded in what it may take, and lets others have the thread', async () => {
    const pace = new Pace(new AbortController().signal);
    pace.count('events', PROOF_LIMITS.events);
    expect(await codeOf(() => pace.count('events', 1))).toBe('PROOF_TOO_LARGE');
    expect(await codeOf(() => pace.count('bytes', PROOF_LIMITS.bytes + 1))).toBe('PROOF_TOO_LARGE');
    let others = 0;
    const busy = setInterval(() => (others += 1), 1);
    const until = performance.now() + 80;
    while (performance.now() < until) await pace.breathe();
    clearInterval(busy);
    expect(others).toBeGreaterThan(0);
  });
});
