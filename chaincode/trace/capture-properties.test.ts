import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Captured,
  type ClientRecord,
  type Hint,
  type Role,
  type StoredRecord,
  traceKey,
  type TraceRef,
  type TraceRow,
  rowsAndMarks,
} from '@cotrace/core';
import { adminCertificate } from './testing/certificates.js';
import { MemoryLedger, sameWrites, type Simulation } from './testing/memory-ledger.js';
import { refusedCall } from './testing/refused.js';
import { eventHashOf, hashOf, mill, sampleRecord, subject, traceRef } from './testing/samples.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
/** A run is some tens of simulations: 30 ms alone, more where other tests share the machine. */
const TIMEOUT_MS = RUNS * 300;

const ids = ['lot-1', 'lot-2', 'https://id.gs1.org/01/09520123456788/10/A', 'é/ü+x'] as const;

/** Roles that any identifier may have without a bond. */
const FREE_ROLES: readonly Role[] = ['subject', 'input', 'output', 'process'];

/** The identifiers and roles of an event, and whether it is told twice. */
interface Told {
  readonly traces: readonly TraceRef[];
  readonly again: boolean;
}

const told: fc.Arbitrary<Told> = fc.record({
  traces: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...FREE_ROLES)), {
      selector: ([id, role]) => `${role} ${id}`,
      maxLength: 6,
    })
    .map((pairs) => pairs.map(([id, role]) => traceRef(id, role))),
  again: fc.boolean(),
});

// Simulated once: it compiles a schema, and does the same on every empty ledger.
const definition = await new MemoryLedger().simulate(hashOf('d'), 'define', [JSON.stringify(mill)], {
  certificate: adminCertificate,
});

function definedLedger(): MemoryLedger {
  const ledger = new MemoryLedger();
  if (!ledger.commit(definition)) throw new Error('the definition is not valid');
  return ledger;
}

/** The hints of a client that reads the rows first; a row's block is a hash made from its transaction. */
function hintsOf(ledger: MemoryLedger, record: ClientRecord): Hint[] {
  return rowsAndMarks(record).rows.map((id) => {
    const text = ledger.text(traceKey(id));
    const row = text === null ? null : (JSON.parse(text) as TraceRow);
    return { id, preTraceTxId: row && row.txId, preTraceHash: row && hashOf(`block of ${row.txId}`) };
  });
}

function simulate(
  ledger: MemoryLedger,
  txId: string,
  record: ClientRecord,
  hints: readonly Hint[],
): Promise<Simulation> {
  return ledger.simulate(txId, 'capture', [JSON.stringify(record), JSON.stringify(hints)]);
}

/** Walks a chain from its newest row to its first record; returns the records' ids, oldest first. */
async function walk(
  ledger: MemoryLedger,
  id: string,
  recordOf: ReadonlyMap<string, string>,
): Promise<string[]> {
  const text = ledger.text(traceKey(id));
  if (text === null) return [];
  const row = JSON.parse(text) as TraceRow;
  const found: string[] = [];
  let txId: string | null = row.txId;
  for (let ver = row.ver; txId !== null; ver--) {
    const recordId = recordOf.get(txId) ?? '';
    const { answer } = await ledger.simulate(hashOf('q'), 'readRecord', [recordId]);
    const links = (answer as StoredRecord).traces.filter((trace) => trace.id === id);
    for (const link of links) {
      const hash = link.preTraceTxId && hashOf(`block of ${link.preTraceTxId}`);
      if (link.ver !== ver || link.preTraceHash !== hash) {
        throw new Error(`version ${ver} of ${id} should go on to ${hash}: ${JSON.stringify(link)}`);
      }
    }
    found.unshift(recordId);
    txId = links[0]?.preTraceTxId ?? null;
    if (txId === null && ver !== 1) throw new Error(`${id} begins with version ${ver}`);
  }
  return found;
}

describe('captures', () => {
  it(
    'chain every identifier without a gap, and refuse an event that is told again',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(told, { maxLength: 12 }), async (events) => {
          const ledger = definedLedger();
          const recordOf = new Map<string, string>();
          const expected = new Map<string, string[]>();
          for (const [i, { traces, again }] of events.entries()) {
            const record = sampleRecord({
              traces,
              eventHash: eventHashOf(`event-${i}`),
              eventID: `urn:x:${i}`,
            });
            const hints = hintsOf(ledger, record);
            const txId = hashOf(`tx ${i}`);
            const simulation = await simulate(ledger, txId, record, hints);
            expect(sameWrites(simulation, await simulate(ledger, txId, record, hints))).toBe(true);
            expect(ledger.commit(simulation)).toBe(true);
            const { recordId } = simulation.answer as Captured;
            recordOf.set(txId, recordId);
            for (const id of rowsAndMarks(record).rows)
              expected.set(id, [...(expected.get(id) ?? []), recordId]);
            if (again) {
              const told = { ...record, data: { weight: 99 } };
              await refusedCall('DUPLICATE', simulate(ledger, hashOf('x'), told, hintsOf(ledger, told)));
              const other = { ...record, eventHash: eventHashOf(`other-${i}`) };
              await refusedCall('CONFLICT', simulate(ledger, hashOf('x'), other, hintsOf(ledger, other)));
            }
            if (rowsAndMarks(record).rows.length > 0) {
              const late = { ...record, eventHash: eventHashOf(`late-${i}`), eventID: null };
              await refusedCall('STALE', simulate(ledger, hashOf('x'), late, hints));
            }
          }
          for (const id of ids) expect(await walk(ledger, id, recordOf)).toEqual(expected.get(id) ?? []);
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'of one identifier at once are won by one each, and no version is skipped or doubled',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 2, max: 6 }),
          fc.integer({ min: 1, max: 2 }),
          async (clients, shared) => {
            const ledger = definedLedger();
            const recordOf = new Map<string, string>();
            let waiting = Array.from({ length: clients }, (_, i) =>
              sampleRecord({
                eventHash: eventHashOf(`event-${i}`),
                traces: [...ids.slice(0, shared), `own-${i}`].map((id) => subject(id)),
              }),
            );
            for (let round = 0; waiting.length > 0; round++) {
              const simulations = await Promise.all(
                waiting.map((record, i) =>
                  simulate(ledger, hashOf(`tx ${round} ${i}`), record, hintsOf(ledger, record)),
                ),
              );
              const valid = simulations.map((simulation) => ledger.commit(simulation));
              expect(valid.filter(Boolean)).toHaveLength(1);
              for (const [i, { txId, answer }] of simulations.entries()) {
                if (valid[i] === true) recordOf.set(txId, (answer as Captured).recordId);
              }
              waiting = waiting.filter((_, i) => valid[i] !== true);
            }
            for (const id of ids.slice(0, shared))
              expect(await walk(ledger, id, recordOf)).toHaveLength(clients);
            expect(await walk(ledger, 'own-0', recordOf)).toHaveLength(1);
          },
        ),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it('of one event at once are won by one', async () => {
    const ledger = definedLedger();
    const record = sampleRecord({ traces: [] });
    const both = [
      await simulate(ledger, hashOf('a'), record, []),
      await simulate(ledger, hashOf('b'), record, []),
    ];
    expect(both.map((simulation) => ledger.commit(simulation))).toEqual([true, false]);
  });
});
