import { peer } from '@cotrace/fabric-model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keyText, ModelLedger, runSteps, type Step } from './testing/model.js';
import { TestChannel } from './testing/test-channel.js';
import type { Ledger } from './types.js';

const deep = process.env['CI_DEEP'] === '1';
const NAMESPACE = 'goods';

let channel: TestChannel;
let ledger: Ledger;
let runs = 0;
const seen = new Set<string>();

beforeAll(async () => {
  channel = await TestChannel.create();
  ledger = await channel.open();
  await channel.define(ledger);
});
afterAll(async () => {
  await ledger.close();
  channel.remove();
});

const key = fc.integer({ min: 0, max: 7 });
const value = fc.integer({ min: 1, max: 255 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('get' as const), key }),
  fc.record({ do: fc.constant('put' as const), key, value }),
  fc.record({ do: fc.constant('del' as const), key }),
  fc.record({ do: fc.constant('note' as const), key, value }),
  fc.record({
    do: fc.constant('range' as const),
    start: key,
    end: fc.integer({ min: 0, max: 9 }),
    limit: fc.integer({ min: 1, max: 9 }),
  }),
);
const transaction = fc.array(step, { minLength: 1, maxLength: 5 });
/** Blocks of transactions; each is simulated that many blocks before the one it gets into. */
const script = fc.array(
  fc.array(fc.record({ steps: transaction, age: fc.integer({ min: 0, max: 2 }) }), {
    minLength: 1,
    maxLength: 4,
  }),
  { minLength: 1, maxLength: 4 },
);

describe('Ledger against its definition', () => {
  it(
    'gives every transaction the code, and every key the value and history, that the plain rules give it',
    async () => {
      await fc.assert(
        fc.asyncProperty(script, async (blocks) => {
          const prefix = `${++runs}/`;
          const model = new ModelLedger();
          const simulate = async (steps: readonly Step[]) => ({
            expected: model.simulate(steps),
            envelope: await channel.simulate(ledger, (s) => runSteps(s, NAMESPACE, prefix, steps)),
          });
          const waiting = blocks.map(() => [] as Awaited<ReturnType<typeof simulate>>[]);
          for (let at = 0; at < blocks.length; at++) {
            for (let later = at; later < blocks.length; later++) {
              for (const { steps, age } of blocks[later] ?? []) {
                if (Math.max(0, later - age) === at) waiting[later]?.push(await simulate(steps));
              }
            }
            const block = waiting[at] ?? [];
            const committed = await ledger.commit(
              block.map(({ envelope }) => envelope),
              channel.signBlock,
            );
            const expected = model.commit(
              Number(committed.number),
              block.map((one) => one.expected),
            );
            expect(committed.transactions.map(({ code }) => peer.TxValidationCode[code])).toEqual(expected);
            for (const code of expected) seen.add(code);
          }
          await compareState(prefix, model);
        }),
        { numRuns: deep ? 10_000 : 100 },
      );
      expect([...seen].sort()).toEqual([
        'ENDORSEMENT_POLICY_FAILURE',
        'MVCC_READ_CONFLICT',
        'PHANTOM_READ_CONFLICT',
        'VALID',
      ]);
    },
    deep ? 3_600_000 : 60_000,
  );
});

async function compareState(prefix: string, model: ModelLedger): Promise<void> {
  const simulator = ledger.simulator('');
  const cursor = simulator.range(NAMESPACE, prefix, `${prefix}~`);
  const state: [string, number | null][] = [];
  for (let entry = await cursor.next(); entry !== null; entry = await cursor.next()) {
    state.push([entry.key.slice(prefix.length), entry.value[0] ?? null]);
  }
  const expected = [...model.state].map(([at, entry]): [string, number] => [at, entry.value]);
  expect(state).toEqual(expected.sort(([a], [b]) => (a < b ? -1 : 1)));
  for (let i = 0; i < 8; i++) {
    const history = simulator.history(NAMESPACE, prefix + keyText(i));
    let changes = 0;
    while ((await history.next()) !== null) changes++;
    expect(changes).toBe(model.writes.get(keyText(i)) ?? 0);
  }
  await simulator.close();
}
