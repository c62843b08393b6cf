import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerJson, readTraceProof, type TraceAnswer, verify, writeTraceProof } from '@cotrace/verifier';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { Connections } from '../../gateway-app/client/connections.js';
import { openSession } from '../../gateway-app/client/session.js';
import { trace } from '../../gateway-app/client/trace.js';
import { loadTrust } from '../../gateway-app/client/trust.js';
import type { CaptureAnswer } from '../acceptance/answers.js';
import { Scene } from '../acceptance/scene.js';
import { cases, documentsOf, type AnsweredStatuses, type CaseDocument } from '../cases/cases.js';
import { hasSharedCases, SHARED, sharedDocuments } from '../cases/shared-cases.js';
import { startGoVerifier } from '../verifier-go/go-verifier.js';

// A network is started and every event captured, on a machine that may be busy.
jest.setTimeout(300_000);

const TOPOLOGY = `
organisations:
  - { name: farm, mspId: FarmMSP, domain: farm.example.com }
  - { name: shop, mspId: ShopMSP, domain: shop.example.com }
`;

const seed = Number(process.env['COTRACE_SEED'] ?? Date.now() % 2 ** 31);

/** The documents of each case, in three orders of capture. */
const ORDERS: Readonly<Record<string, (documents: readonly CaseDocument[]) => readonly CaseDocument[]>> = {
  'the given order': (documents) => documents,
  'the reverse order': (documents) => documents.toReversed(),
  'a random order': (documents) => {
    const every = { minLength: documents.length, maxLength: documents.length };
    const [shuffled = []] = fc.sample(fc.shuffledSubarray([...documents], every), { seed, numRuns: 1 });
    return shuffled;
  },
};

const go = startGoVerifier();
afterAll(() => go?.stop());

describe.each(Object.entries(ORDERS))('cases captured in %s', (name, inOrder) => {
  const scene = new Scene();
  const outcomes = new Map<string, CaptureAnswer['outcomes'][number]>();
  const warnings: string[] = [];
  let session: Connections;

  beforeAll(async () => {
    process.stderr.write(`cases in ${name}: seed ${seed} (COTRACE_SEED repeats it)\n`);
    const topology = scene.write('topology.yaml', TOPOLOGY);
    const { code, stderr } = await scene.cotrace.run('network', 'up', '--topology', topology);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    mkdirSync(scene.path('documents'));
    const documents = [...documentsOf(cases), ...(hasSharedCases ? sharedDocuments() : [])];
    for (const round of roundsOf(documents, inOrder)) {
      const organisations = [...new Set(round.map(({ organisation }) => organisation))];
      await Promise.all(organisations.map((organisation) => capture(organisation, round)));
    }
    // Telling an event again counts from when it is withdrawn: whoever was refused before that captures it once more.
    const again = documents.filter(({ name: file }) => outcomeOf(file)?.status === 'already recorded');
    for (const organisation of new Set(again.map((document) => document.organisation))) {
      await capture(organisation, again);
    }
    session = openSession({ home: scene.cotrace.home });
  });

  afterAll(() => session.close());
  afterAll(() => scene.remove());

  /** Captures the documents of a round that are the organisation's. */
  async function capture(organisation: string, round: readonly CaseDocument[]): Promise<void> {
    const files = round
      .filter((document) => document.organisation === organisation)
      .map(({ name: file, text }) => scene.write(join('documents', file), text));
    const { value } = await scene.cotrace.json<CaptureAnswer>('--org', organisation, 'capture', ...files);
    warnings.push(...value.warnings);
    for (const outcome of value.outcomes) outcomes.set(outcome.file, outcome);
  }

  const outcomeOf = (file: string) => outcomes.get(scene.path(join('documents', file)));

  /** The verified answer, whose proof says the same to whoever has the trust file, in both verifiers. */
  async function traced(traceId: string, direction: 'none' | 'up' | 'down'): Promise<TraceAnswer> {
    const path = `${scene.cotrace.home}/trust.json`;
    const { proof, answer } = await trace(session, { traceId, direction }, loadTrust(path));
    const text = writeTraceProof(proof);
    expect(writeTraceProof(readTraceProof(text))).toBe(text);
    expect(await verify(text, readFileSync(path))).toEqual(answer);
    const question = { kind: 'trace-proof', proof: text, trust: readFileSync(path, 'utf8') };
    const [inGo = null] = go === null ? [answerJson(answer)] : await go.lines([question]);
    expect(JSON.parse(inGo ?? 'null')).toEqual(JSON.parse(answerJson(answer)));
    expect(inGo).toBe(answerJson(answer));
    expect([traceId, answer.complete]).toEqual([traceId, true]);
    return answer;
  }

  it('are refused only where that is the answer', () => {
    const refused = documentsOf(cases.filter((one) => one.refused !== null)).map(({ name: file }) => file);
    if (hasSharedCases) refused.push('large-number-1.json', 'qualifier-before-key-1.json');
    const others = [...outcomes.values()].filter(({ status }) => status === 'refused' || status === 'failed');
    expect(others.map(({ file }) => file.split('/').at(-1)).sort()).toEqual(refused.sort());
  });

  it.each(cases.filter((one) => one.questions.length > 0))('$case: $title', async ({ questions }) => {
    for (const { traceId, direction, identifiers, events, mayLack } of questions) {
      const answer = await traced(traceId, direction);
      expect({ traceId, ids: statuses(answer.identifiers, (one) => one.traceId) }).toEqual({
        traceId,
        ids: identifiers,
      });
      expect({ traceId, events: statuses(answer.events, eventIdOf) }).toEqual({
        traceId,
        events: without(events, mayLack, answer),
      });
    }
  });

  it.each(cases.filter((one) => one.refused !== null))('$case: $title', ({ case: number, refused }) => {
    const [document] = documentsOf(cases.filter((one) => one.case === number));
    expect(outcomeOf(document?.name ?? '')?.reasons.join()).toContain(refused);
  });

  (hasSharedCases ? describe : describe.skip)('the shared ones (skipped where they are missing)', () => {
    const idsOf = (answer: TraceAnswer) => statuses(answer.identifiers, (one) => one.traceId);
    const stepsOf = ({ events }: TraceAnswer) => events.map(({ record }) => record?.step);

    it('1: an item told with its lot and without it is one, and the lot finds it', async () => {
      const spelt = await traced('https://id.gs1.org/01/09521234000884/10/L1/21/S2', 'none');
      expect(spelt.question.traceId).toBe(SHARED.s2);
      expect(new Set(spelt.events.map(({ record }) => record?.eventHash)).size).toBe(1);
      expect((await traced(SHARED.s2, 'up')).lots).toEqual([{ item: SHARED.s2, lot: SHARED.lotOfItems }]);
      expect(idsOf(await traced(SHARED.lotOfItems, 'down')).certain).toEqual(
        expect.arrayContaining([SHARED.s1, SHARED.s2]),
      );
    });

    it('2: the pattern of a class and its link are one class', async () => {
      const { events } = await traced(SHARED.productClass, 'none');
      expect(new Set(events.map(({ record }) => record?.eventHash)).size).toBe(1);
    });

    it('3: three spellings of one item have its three events', async () => {
      for (const traceId of [
        'https://id.gs1.org/01/09521234000884/10/L1/21/S1',
        'https://brand.example.com/p/01/09521234000884/21/S1?17=261231&10=L1',
        SHARED.s1,
      ]) {
        expect(stepsOf(await traced(traceId, 'none'))).toEqual(['shipping', 'receiving', 'stocking']);
      }
    });

    it('4: a transformation in two events connects both ways', async () => {
      expect(idsOf(await traced(SHARED.cheese, 'up')).certain).toContain(SHARED.milk);
      expect(idsOf(await traced(SHARED.milk, 'down')).certain).toContain(SHARED.cheese);
    });

    it('5: a crate that is used again tells each load its own events', async () => {
      const [lettuce, tomato] = [await traced(SHARED.lettuce, 'up'), await traced(SHARED.tomato, 'up')];
      expect(stepsOf(lettuce)).toEqual(['commissioning', 'packing', 'shipping', 'unpacking']);
      expect(stepsOf(tomato)).toEqual(['commissioning', 'packing', 'shipping', 'accepting']);
      expect(idsOf(lettuce).certain).not.toContain(SHARED.tomato);
      expect(idsOf(tomato).certain).not.toContain(SHARED.lettuce);
    });

    it('6: what was declared wrong is undecided, and shown as that', async () => {
      const answer = await traced(SHARED.sausage, 'up');
      expect(idsOf(answer)).toEqual({
        certain: [SHARED.sausage],
        undecided: { [SHARED.meat]: ['WITHDRAWN'] },
      });
      expect(answer.leftOut).toMatchObject([
        { organisation: 'FarmMSP', reason: 'did_not_occur', declarationTime: '2026-05-04T10:00:00Z' },
      ]);
    });

    it('7: the lot in master data of items finds the item', async () => {
      expect(idsOf(await traced(SHARED.lotInIlmd, 'down')).certain).toContain(SHARED.serialised);
    });

    it('8: a number with more digits than can be kept is refused, with the way to write it', async () => {
      expect(outcomeOf('large-number-1.json')?.reasons.join()).toContain(
        'cannot be kept to the digit: it would be recorded as 100000000123456780000; round it, or, in a field of your own, write it as a text',
      );
      expect((await traced(SHARED.big, 'none')).identifiers[0]?.organisations).toEqual([]);
    });

    it('9: master data is not stored yet, and the command says so', () => {
      const said = warnings.filter((warning) => warning.includes('/master-data-1.json'));
      expect(said.join()).toContain('has 1 entry of master data');
    });

    it('10: a qualifier before its key is refused, with the right spelling', () => {
      expect(outcomeOf('qualifier-before-key-1.json')?.reasons.join()).toContain(
        'https://id.gs1.org/01/09521234000600/21/2018',
      );
    });
  });
});

function eventIdOf({ record }: TraceAnswer['events'][number]): string {
  return record?.eventID ?? '';
}

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
  { events }: TraceAnswer,
): AnsweredStatuses {
  const isThere = (id: string) => !mayLack.includes(id) || events.some((event) => eventIdOf(event) === id);
  return {
    certain: certain.filter(isThere),
    undecided: Object.fromEntries(Object.entries(undecided).filter(([id]) => isThere(id))),
  };
}

/**
 * What is captured at a time: of each case its first document, then of each its second, and so on, every case in its own
 * order. Cases know nothing of each other, so that theirs may be under way together.
 */
function roundsOf(
  documents: readonly CaseDocument[],
  inOrder: (documents: readonly CaseDocument[]) => readonly CaseDocument[],
): CaseDocument[][] {
  const rounds: CaseDocument[][] = [];
  for (const of of new Set(documents.map((document) => document.of))) {
    inOrder(documents.filter((document) => document.of === of)).forEach((document, i) => {
      (rounds[i] ??= []).push(document);
    });
  }
  return rounds;
}
