import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { CaptureAnswer, TraceAnswer, TracedEvent } from '../acceptance/answers.js';
import { Scene } from '../acceptance/scene.js';
import { cases, documentsOf, type AnsweredStatuses, type CaseDocument } from '../cases/cases.js';

// A network is started and a hundred commands are run, on a machine that may be busy.
jest.setTimeout(300_000);

const TOPOLOGY = `
organisations:
  - { name: farm, mspId: FarmMSP, domain: farm.example.com }
  - { name: shop, mspId: ShopMSP, domain: shop.example.com }
`;

const seed = Number(process.env['COTRACE_SEED'] ?? Date.now() % 2 ** 31);

/** The documents of all cases, in three orders of capture. */
const ORDERS: Readonly<Record<string, (documents: readonly CaseDocument[]) => readonly CaseDocument[]>> = {
  'the given order': (documents) => documents,
  'the reverse order': (documents) => documents.toReversed(),
  'a random order': (documents) => {
    const every = { minLength: documents.length, maxLength: documents.length };
    const [shuffled = []] = fc.sample(fc.shuffledSubarray([...documents], every), { seed, numRuns: 1 });
    return shuffled;
  },
};

describe.each(Object.entries(ORDERS))('cases captured in %s', (name, inOrder) => {
  const scene = new Scene();
  const outcomes = new Map<string, CaptureAnswer['outcomes'][number]>();

  beforeAll(async () => {
    process.stderr.write(`cases in ${name}: seed ${seed} (COTRACE_SEED repeats it)\n`);
    const topology = scene.write('topology.yaml', TOPOLOGY);
    const { code, stderr } = await scene.cotrace.run('network', 'up', '--topology', topology);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    mkdirSync(scene.path('documents'));
    for (const run of runsOf(inOrder(documentsOf(cases)))) await capture(run);
  });

  afterAll(() => scene.remove());

  /** Documents that one organisation captures in a row, one event after the other. */
  async function capture(documents: readonly CaseDocument[]): Promise<void> {
    const [first] = documents;
    const files = documents.map(({ name: file, text }) => scene.write(join('documents', file), text));
    const { value } = await scene.cotrace.json<CaptureAnswer>(
      ...['--org', first?.organisation ?? '', 'capture', '--in-flight', '1', ...files],
    );
    for (const outcome of value.outcomes) outcomes.set(outcome.file, outcome);
  }

  it('are refused only where that is the answer', () => {
    const refused = documentsOf(cases.filter((one) => one.refused !== null)).map(({ name: file }) => file);
    const others = [...outcomes].filter(([, { status }]) => status === 'refused' || status === 'failed');
    expect(others.map(([file]) => file.split('/').at(-1)).sort()).toEqual(refused.sort());
  });

  it.each(cases.filter((one) => one.questions.length > 0))('$case: $title', async ({ questions }) => {
    for (const { traceId, direction, identifiers, events, mayLack } of questions) {
      const { code, value } = await scene.cotrace.json<TraceAnswer>('trace', traceId, `--${direction}`);
      expect([code, value.complete]).toEqual([0, true]);
      expect({ traceId, ids: statuses(value.identifiers, (one) => one.traceId) }).toEqual({
        traceId,
        ids: identifiers,
      });
      const named = value.events.filter(({ record }) => record?.eventID != null);
      expect({ traceId, events: statuses(named, ({ record }) => record?.eventID ?? '') }).toEqual({
        traceId,
        events: without(events, mayLack, named),
      });
    }
  });

  it.each(cases.filter((one) => one.refused !== null))('$case: $title', ({ case: number, refused }) => {
    const [document] = documentsOf(cases.filter((one) => one.case === number));
    const outcome = outcomes.get(scene.path(join('documents', document?.name ?? '')));
    expect(outcome?.reasons.join()).toContain(refused);
  });

  it('leave proofs that the verifier in Node takes', async () => {
    const { questions } = cases.find(({ case: number }) => number === 13) ?? { questions: [] };
    const [asked] = questions;
    const proof = scene.path('proof.json');
    await scene.cotrace.run('trace', asked?.traceId ?? '', '--up', '--proof', proof);
    const { code } = await scene.cotrace.run('verify', proof, '--trust', `${scene.cotrace.home}/trust.json`);
    expect([code, readFileSync(proof, 'utf8').includes('cotrace.trace-proof.v1')]).toEqual([0, true]);
  });
});

/** What is certain and what is not, as the answers of the cases name it. */
function statuses<T extends { readonly certain: boolean; readonly because: readonly string[] }>(
  ones: readonly T[],
  nameOf: (one: T) => string,
): AnsweredStatuses {
  return {
    certain: ones
      .filter(({ certain }) => certain)
      .map(nameOf)
      .sort(),
    undecided: Object.fromEntries(
      ones.filter(({ certain }) => !certain).map((one) => [nameOf(one), [...one.because]]),
    ),
  };
}

/** The answer without the events that need not be recorded and are not. */
function without(
  { certain, undecided }: AnsweredStatuses,
  mayLack: readonly string[],
  shown: readonly TracedEvent[],
): AnsweredStatuses {
  const isThere = (id: string) => !mayLack.includes(id) || shown.some(({ record }) => record?.eventID === id);
  return {
    certain: certain.filter(isThere),
    undecided: Object.fromEntries(Object.entries(undecided).filter(([id]) => isThere(id))),
  };
}

/** Neighbours of one organisation together: each run is a command. */
function runsOf(documents: readonly CaseDocument[]): CaseDocument[][] {
  const runs: CaseDocument[][] = [];
  for (const document of documents) {
    const last = runs.at(-1);
    if (last !== undefined && last[0]?.organisation === document.organisation) last.push(document);
    else runs.push([document]);
  }
  return runs;
}
