import { decodeEventLeaf, isCotraceError } from '@cotrace/core';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CaptureClient, type Captured } from '../../gateway-app/client/capture.js';
import { runInOrder } from '../../gateway-app/client/in-order.js';
import type { Connections } from '../../gateway-app/client/connections.js';
import { openSession } from '../../gateway-app/client/session.js';
import { trace } from '../../gateway-app/client/trace.js';
import { loadTrust, trustPath } from '../../gateway-app/client/trust.js';
import { epcisDocument, epcisEvent } from '../../gateway-app/testing/epcis-documents.js';
import { readEpcisFile } from '../../epcis/read-documents.js';
import type { Trust } from '../../verifier/proof/trust.js';
import type { TraceProof } from '../../verifier/trace-proof/types.js';
import { Scene } from '../acceptance/scene.js';

// A network is started and a thousand events captured, on a machine that may be busy.
jest.setTimeout(300_000);

const GTIN = 'https://id.gs1.org/01/09521234000105';
const LOT = `${GTIN}/10/BUSY`;
const ITEMS = 1000;
const IN_FLIGHT = 100;
/** How long it is written while it is proven. */
const WRITING_MS = 10_000;

const GRAIN = `${GTIN}/10/GRAIN`;
const FLOUR = `${GTIN}/10/FLOUR`;
const BREAD = `${GTIN}/10/BREAD`;
const LINEAGE = [BREAD, FLOUR, GRAIN];
/** Whose records name all identifiers of the lineage, and whose name one. */
const TOGETHER = 'distribution';
const ALONE = ['production', 'processing', 'retail'];

const { signal } = new AbortController();
const scene = new Scene();
const told: string[] = [];
let session: Connections;
let client: CaptureClient;
let trust: Trust;

beforeAll(async () => {
  const { code, stderr } = await scene.cotrace.run('network', 'up');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  session = openSession({ home: scene.cotrace.home });
  client = new CaptureClient(session, (line) => told.push(line));
  trust = loadTrust(trustPath(null, scene.cotrace.home));
});

afterAll(() => session.close());
afterAll(() => scene.remove());

let made = 0;
/** An event that no other one equals, as it goes to the ledger. */
function recordOf(members: object) {
  made += 1;
  const eventTime = new Date(Date.UTC(2026, 4, 1) + 1000 * made).toISOString();
  const { events } = readEpcisFile(
    epcisDocument([epcisEvent({ epcList: [], eventTime, ...members })]),
    'generated',
  );
  const [result] = events.map((event) => event.result);
  if (result?.ok !== true) throw new Error(`the event is refused: ${JSON.stringify(result?.errors)}`);
  return result.record;
}

const lots = (ids: readonly string[]) => ids.map((epcClass) => ({ epcClass, quantity: 1, uom: 'KGM' }));

function capture(domain: string, members: object): Promise<Captured> {
  return client.capture(domain, recordOf(members), signal);
}

describe('a thousand items of one lot, commissioned in parallel', () => {
  let captured: readonly Captured[];

  beforeAll(async () => {
    const began = performance.now();
    const tasks = Array.from({ length: ITEMS }, (_, item) => ({
      keys: [],
      run: () =>
        capture('production', { action: 'ADD', bizStep: 'commissioning', epcList: [`${LOT}/21/${item}`] }),
    }));
    captured = await runInOrder(tasks, IN_FLIGHT);
    const seconds = (performance.now() - began) / 1000;
    process.stdout.write(`${ITEMS} items of one lot recorded in ${seconds.toFixed(1)} s\n`);
  });

  it('never conflict: each is recorded at the first attempt', () => {
    const odd = captured.filter(({ status, attempts }) => status !== 'recorded' || attempts > 1);
    expect({ odd, told }).toMatchObject({ odd: [] });
  });

  it('are all counted by the head of the lot, and found from it, completely', async () => {
    const { answer } = await trace(session, { traceId: LOT, direction: 'down' }, trust);
    expect(answer.complete).toBe(true);
    expect(answer.identifiers).toHaveLength(ITEMS + 1);
    const [lot] = answer.identifiers.filter(({ traceId }) => traceId === LOT);
    expect(lot?.organisations).toMatchObject([{ count: ITEMS, shown: ITEMS }]);
    expect(answer.events).toHaveLength(ITEMS);
  });
});

describe('a lineage that is written while it is proven', () => {
  beforeAll(async () => {
    const { production, processing } = { production: ALONE[0] ?? '', processing: ALONE[1] ?? '' };
    await capture(production, { action: 'ADD', bizStep: 'commissioning', quantityList: lots([GRAIN]) });
    for (const [from, to] of [
      [GRAIN, FLOUR],
      [FLOUR, BREAD],
    ] as const) {
      await capture(processing, {
        ...{ type: 'TransformationEvent', action: undefined, epcList: undefined, bizStep: 'commissioning' },
        ...{ inputQuantityList: lots([from]), outputQuantityList: lots([to]) },
      });
    }
  });

  it('is proven at one block each time, or refused as busy', async () => {
    const ends = performance.now() + WRITING_MS;
    let written = 0;
    const writers = [
      { domain: TOGETHER, ids: LINEAGE },
      ...LINEAGE.flatMap((id) => ALONE.map((domain) => ({ domain, ids: [id] }))),
    ].map(async ({ domain, ids }) => {
      while (performance.now() < ends) {
        const { status } = await capture(domain, { bizStep: 'storing', quantityList: lots(ids) });
        expect(status).toBe('recorded');
        written += 1;
      }
    });
    const counts: number[] = [];
    let busy = 0;
    while (performance.now() < ends) {
      const collected = await trace(session, { traceId: BREAD, direction: 'up' }, trust).catch(
        (error: unknown) => {
          if (!isCotraceError(error, 'BUSY_LINEAGE')) throw error;
          busy += 1;
          return null;
        },
      );
      if (collected === null) continue;
      const { proof, answer } = collected;
      expect(answer).toMatchObject({ complete: true, foreign: [], brokenChains: [] });
      const [bread, ...others] = LINEAGE.map((id) => toldTogether(proof, id));
      expect(others).toEqual([bread, bread]);
      counts.push(bread ?? -1);
    }
    await Promise.all(writers);
    process.stdout.write(
      `${written} records while ${counts.length} proofs were made, ${busy} refused as busy\n`,
    );
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBeGreaterThan(counts[0] ?? 0);
  });
});

/** How many events a proof has of an identifier that name the others too. */
function toldTogether({ traces }: TraceProof, traceId: string): number {
  return traces
    .flatMap((one) => (one.traceId === traceId && one.head !== null ? one.trees : []))
    .flatMap(({ events }) => events)
    .filter((event) => 'place' in event && decodeEventLeaf(event.place).domain === TOGETHER).length;
}
