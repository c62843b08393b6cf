import {
  eventHashOf,
  type ReferenceLedger,
  type ToldRecord,
} from '../../verifier/trace-proof/testing/reference-ledger.js';
import { M, N, O, type ProofWorld } from './trace-proof-scene.js';

const GTIN = 'https://id.gs1.org/01/09521234500049';
export const CLASS = GTIN;
export const lot = (name: string): string => `${GTIN}/10/${name}`;
export const item = (name: string): string => `${GTIN}/21/${name}`;
export const [A, B, X, Y, L] = ['A', 'B', 'X', 'Y', 'L'].map(lot) as [string, string, string, string, string];
export const P = 'https://id.gs1.org/8003/09521234500049001';
export const Q = 'https://id.gs1.org/8003/09521234500049002';
export const T = 'urn:uuid:4f2c1a9e-0000-4000-8000-000000000001';

type Entries = ToldRecord['traces'];

function at(name: string, minute: number, traces: Entries, more: Partial<ToldRecord> = {}): ToldRecord {
  return { name, time: `2026-05-01T08:${String(minute).padStart(2, '0')}:00.000Z`, traces, ...more };
}

export const made = (name: string, minute: number, id: string): ToldRecord =>
  at(name, minute, [{ id, role: 'subject' }], { change: 'add' });
export const moved = (name: string, minute: number, id: string): ToldRecord =>
  at(name, minute, [{ id, role: 'subject' }], { change: 'see', step: 'shipping' });
export const packed = (
  name: string,
  minute: number,
  parent: string,
  child: string | null,
  change: 'add' | 'see' | 'remove' | 'empty' = 'add',
): ToldRecord =>
  at(
    name,
    minute,
    [{ id: parent, role: 'parent' }, ...(child === null ? [] : [{ id: child, role: 'child' } as const])],
    { bond: 'aggregation', change, step: 'packing' },
  );
export const turned = (
  name: string,
  minute: number,
  from: readonly string[],
  to: readonly string[],
  process: string | null = null,
): ToldRecord =>
  at(name, minute, [
    ...from.map((id) => ({ id, role: 'input' }) as const),
    ...to.map((id) => ({ id, role: 'output' }) as const),
    ...(process === null ? [] : [{ id: process, role: 'process' } as const]),
  ]);
/** The declaration that an event is wrong. */
export const wrong = (told: ToldRecord, reason: string): ToldRecord => ({
  ...told,
  corrects: [told.eventID ?? eventHashOf(told.name)],
  data: {
    type: 'ObjectEvent',
    errorDeclaration: {
      declarationTime: '2026-05-02T08:00:00Z',
      reason,
      correctiveEventIDs: ['urn:uuid:4f2c1a9e-0000-4000-8000-00000000000c'],
    },
  },
});

/** A is made, put in P, shipped by another, unpacked, and made to X, which is made to Y. P is used again. */
export function chain(world: ProofWorld): ReferenceLedger {
  const ledger = world.ledger();
  ledger.capture(O, made('make A', 1, A));
  ledger.capture(O, packed('pack', 2, P, A));
  ledger.capture(M, moved('ship', 3, P));
  ledger.capture(O, packed('unpack', 4, P, null, 'empty'));
  ledger.capture(O, packed('use again', 5, P, B));
  ledger.capture(N, turned('mill', 6, [A], [X]));
  ledger.capture(N, turned('bake', 7, [X], [Y]));
  return ledger;
}

/** Items of a lot, a class with quantities, a process told in two events, and things recorded twice in one block. */
export function makings(world: ProofWorld): ReferenceLedger {
  const ledger = world.ledger();
  const lots: Entries = [
    { id: item('a'), role: 'subject', lot: L },
    { id: item('b'), role: 'subject', lot: L },
    { id: L, role: 'lot' },
  ];
  ledger.capture(O, at('commission', 1, lots, { change: 'add' }));
  ledger.capture(O, turned('feed', 2, [A], [L]));
  ledger.capture(O, turned('in', 3, [L], [], T));
  ledger.capture(O, turned('out', 4, [], [X], T));
  ledger.capture(
    M,
    at('sell', 5, [{ id: CLASS, role: 'subject', amounts: [{ value: '2.5', unit: 'KGM' }] }], {
      change: 'see',
    }),
  );
  return ledger;
}

/** Corrections: an event that its organisation takes back, tells anew, and that another disputes; and one that nobody told. */
export function corrected(world: ProofWorld): ReferenceLedger {
  const ledger = world.ledger();
  const mill = { ...turned('mill', 1, [A], [X]), eventID: 'urn:uuid:4f2c1a9e-0000-4000-8000-00000000000a' };
  ledger.capture(O, mill);
  ledger.capture(M, wrong(mill, 'did not see it'));
  ledger.capture(O, wrong(mill, 'another lot'));
  ledger.capture(O, {
    ...turned('mill', 1, [B], [X]),
    eventID: 'urn:uuid:4f2c1a9e-0000-4000-8000-00000000000c',
  });
  ledger.capture(O, wrong({ ...turned('mill again', 2, [A], [X]), eventID: mill.eventID }, 'never told'));
  return ledger;
}

/** A foreign row that is no text, and one that names a record that nobody has: only their envelopes show it. */
export function others(world: ProofWorld): ReferenceLedger {
  const ledger = chain(world);
  const event = ledger.events.find(({ leaf }) => leaf.key === `trace/${A}`);
  ledger.write(M, () => ({ junk: { [`trace/${A}`]: Uint8Array.of(0xff), [`trace/${X}`]: '{}' } }));
  ledger.write(M, (txId) => ({
    junk: { [`trace/${A}`]: (event?.row ?? '').replace(event?.leaf.txId ?? '', txId) },
  }));
  return ledger;
}

/** What other chaincodes write under our keys: junk, a row of another form, a row that no record knows, and a restart. */
export function foreign(world: ProofWorld): ReferenceLedger {
  const ledger = chain(world);
  ledger.write(M, () => ({
    junk: { [`trace/${A}`]: 'not even JSON', [`mark/${A} ${'0'.repeat(64)}`]: '{}' },
  }));
  ledger.capture(M, moved('elsewhere', 9, A), 'other');
  ledger.write(M, () => ({ other: { [`trace/${A}`]: null } }));
  ledger.capture(M, moved('again', 10, A), 'other');
  return ledger;
}
