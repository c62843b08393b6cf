import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { epcisDocument } from '../../gateway-app/testing/epcis-documents.js';
import { fsmaFiles, SALAD } from '../acceptance/data.js';
import { LargeLedger, packedSize, type ProofFile } from './large-ledger.js';

// A million keys are written, on a machine that may be busy.
jest.setTimeout(1_800_000);

const KEYS = process.env['CI_DEEP'] === '1' ? 1_000_000 : 50_000;
const USES = 1000;
const CHAIN = 333;
const KB = 1000;
const GTIN = 'https://id.gs1.org/01/09521234000105';
const lot = (name: string) => `${GTIN}/10/${name}`;
const CRATE = 'https://id.gs1.org/8003/09521234000020CRATE1';
const SITE = 'https://id.gs1.org/414/9521234000013';

let minutes = 0;
/** An event as practitioners write it: identified, with its place and its order. */
function event(type: string, bizStep: string, more: object): object {
  minutes += 1;
  return {
    type,
    eventID: `urn:uuid:7e1c5a52-6b0c-4d0c-8f0e-${String(minutes).padStart(12, '0')}`,
    eventTime: new Date(Date.UTC(2026, 3, 1) + 60_000 * minutes).toISOString(),
    eventTimeZoneOffset: '+02:00',
    ...(type !== 'TransformationEvent' && { action: 'OBSERVE' }),
    bizStep,
    readPoint: { id: `${SITE}/254/gate-${minutes % 7}` },
    bizLocation: { id: SITE },
    bizTransactionList: [{ type: 'po', bizTransaction: `urn:epcglobal:cbv:bt:9521234000013:PO-${minutes}` }],
    ...more,
  };
}

const quantity = (...names: readonly string[]) =>
  names.map((name) => ({ epcClass: lot(name), quantity: 40 + names.length, uom: 'KGM' }));

function seen(name: string, bizStep = 'shipping'): object {
  return event('ObjectEvent', bizStep, { quantityList: quantity(name) });
}

/** Fourteen events of the making of SALAD: harvests, crates, ways, and two transformations. */
function kitchen(): object[] {
  const packed = (action: string, crate: string, name: string) =>
    event('AggregationEvent', 'packing', { action, parentID: crate, childQuantityList: quantity(name) });
  const [first, second] = ['CRATE7', 'CRATE8'].map(
    (serial) => `https://id.gs1.org/8003/09521234000020${serial}`,
  );
  if (first === undefined || second === undefined) throw new RangeError('there are two crates');
  const made = (from: readonly string[], to: string) =>
    event('TransformationEvent', 'commissioning', {
      inputQuantityList: quantity(...from),
      outputQuantityList: quantity(to),
    });
  return [
    ...['LEEK', 'BEET', 'CORN'].map((name) =>
      event('ObjectEvent', 'commissioning', { action: 'ADD', quantityList: quantity(name) }),
    ),
    packed('ADD', first, 'LEEK'),
    packed('ADD', second, 'BEET'),
    event('ObjectEvent', 'shipping', { epcList: [first, second] }),
    event('ObjectEvent', 'receiving', { epcList: [first, second] }),
    packed('DELETE', first, 'LEEK'),
    packed('DELETE', second, 'BEET'),
    made(['LEEK', 'BEET'], 'MIX'),
    made(['MIX', 'CORN'], 'SOUP'),
    seen('SOUP', 'storing'),
    seen('SOUP'),
    seen('SOUP', 'receiving'),
  ];
}

/** A thousand uses of a crate: loaded, on two ways, emptied, and washed. */
function reused(): object[] {
  const used = (bizStep: string) => event('ObjectEvent', bizStep, { epcList: [CRATE] });
  return Array.from({ length: USES }, (_, use) => [
    event('AggregationEvent', 'packing', {
      action: 'ADD',
      parentID: CRATE,
      childQuantityList: quantity(`LOAD${use}`),
    }),
    used('shipping'),
    used('receiving'),
    event('AggregationEvent', 'unpacking', { action: 'DELETE', parentID: CRATE }),
    used('inspecting'),
  ]).flat();
}

/** A thousand events, each third of which makes a lot of the one before. */
function longChain(): object[] {
  return Array.from({ length: CHAIN }, (_, step) => [
    event('TransformationEvent', 'commissioning', {
      inputQuantityList: quantity(`STEP${step}`),
      outputQuantityList: quantity(`STEP${step + 1}`),
    }),
    seen(`STEP${step + 1}`),
    seen(`STEP${step + 1}`, 'receiving'),
  ]).flat();
}

/** The file without rows and records: all events, and none of what they say. */
function withoutContents({ proof }: ProofFile): number {
  const traces = proof.traces.map((trace) =>
    trace.head === null
      ? trace
      : {
          ...trace,
          trees: trace.trees.map((tree) => ({
            ...tree,
            events: tree.events.map((one) => ('hidden' in one ? one : { ...one, shown: null })),
          })),
        },
  );
  return packedSize({ ...proof, records: [], traces });
}

const said: string[] = [];

function tell(what: string, { packed, answer, milliseconds, held }: ProofFile): void {
  const { length } = answer.events;
  said.push(
    `${what}: ${(packed / KB).toFixed(1)} kB, ${length} events told, made in ${milliseconds.toFixed(0)} ms, at most ${held.toFixed(0)} ms at a time`,
  );
}

describe(`files of proofs over a trie of ${KEYS} keys, packed by gzip`, () => {
  let ledger: LargeLedger;

  beforeAll(async () => {
    ledger = await LargeLedger.create();
    const began = performance.now();
    const time = (what: string) =>
      said.push(`${what} after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    await ledger.record(
      epcisDocument([seen('ONE')]),
      epcisDocument(Array.from({ length: 10 }, () => seen('TEN'))),
      epcisDocument(Array.from({ length: 10_000 }, () => seen('MANY'))),
      epcisDocument(kitchen()),
      epcisDocument(reused()),
      epcisDocument(longChain()),
      ...fsmaFiles.map((path) => readFileSync(path, 'utf8')),
    );
    time('recorded');
    await ledger.pad(KEYS);
    time('padded');
  });

  afterAll(async () => {
    process.stdout.write(`${said.join('\n')}\n`);
    await ledger.remove();
  });

  it('take at most 9 kB for one event with its record', async () => {
    const file = await ledger.proof(lot('ONE'));
    tell('one event', file);
    expect(file.answer).toMatchObject({ complete: true, events: [{ record: { step: 'shipping' } }] });
    expect(file.packed).toBeLessThanOrEqual(9 * KB);
  });

  it('take at most 20 kB for ten', async () => {
    const file = await ledger.proof(lot('TEN'));
    tell('ten events', file);
    expect(file.answer.complete).toBe(true);
    expect(file.packed).toBeLessThanOrEqual(20 * KB);
  });

  it('take at most 40 kB for the newest 20 of 10,000', async () => {
    const file = await ledger.proof(lot('MANY'), { newest: 20 });
    tell('newest 20 of 10,000', file);
    expect(file.packed).toBeLessThanOrEqual(40 * KB);
  });

  it('take at most 8 kB for how many there are', async () => {
    const file = await ledger.proof(lot('MANY'), { newest: 0 });
    tell('count of 10,000', file);
    expect(file.packed).toBeLessThanOrEqual(8 * KB);
  });

  it('take at most 60 kB for a lineage of 14 events', async () => {
    const file = await ledger.proof(lot('SOUP'), { direction: 'up' });
    tell('own lineage', file);
    expect(file.answer.complete).toBe(true);
    expect(file.answer.events).toHaveLength(14);
    expect(file.packed).toBeLessThanOrEqual(60 * KB);
  });

  (fsmaFiles.length > 0 ? it : it.skip)('take at most 60 kB for the lettuce of fsma204', async () => {
    const file = await ledger.proof(SALAD, { direction: 'up' });
    tell('fsma204', file);
    expect(file.answer.complete).toBe(true);
    expect(file.answer.events).toHaveLength(14);
    expect(file.packed).toBeLessThanOrEqual(60 * KB);
  });

  it('take at most 250 bytes more for an event without what it says', async () => {
    const few = await ledger.proof(lot('MANY'), { newest: 20 });
    const many = await ledger.proof(lot('MANY'), { newest: 1000 });
    tell('newest 1,000 of 10,000', many);
    const each = (withoutContents(many) - withoutContents(few)) / (1000 - 20);
    said.push(`each event without contents: ${each.toFixed(0)} bytes`);
    expect(each).toBeLessThanOrEqual(250);
  });

  it('take at most 1.5 MB for what was in a crate of 1,000 uses', async () => {
    const file = await ledger.proof(lot(`LOAD${USES / 2}`), { direction: 'up' });
    tell('a crate of 1,000 uses', file);
    expect(file.answer.complete).toBe(true);
    // Loaded, shipped, received, emptied.
    expect(file.answer.events).toHaveLength(4);
    expect(file.packed).toBeLessThanOrEqual(1500 * KB);
  });

  it('are complete for a chain of a thousand events', async () => {
    const file = await ledger.proof(lot(`STEP${CHAIN}`), { direction: 'up' });
    tell('a chain of a thousand events', file);
    expect(file.answer.complete).toBe(true);
    expect(file.answer.events).toHaveLength(3 * CHAIN);
  });
});
