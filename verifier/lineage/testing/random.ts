import fc from 'fast-check';
import { LINEAGE_LIMITS, lineageOf } from '../lineage.js';
import type { Direction, LineageAnswer, LineageQuestion } from '../types.js';
import { natureOf, readHistory, tracesOf, withAll, type Told } from './notation.js';

const time = fc.integer({ min: 1, max: 8 });
const by = fc.constantFrom('', '', '', ' @M', ' @N');
const things = fc.constantFrom('a', 'b', 'A', 'B', 'A*4kg', 'B*2kg', 'A*2kg', 'P', 'G');
const makings = fc.constantFrom('a', 'b', 'A', 'B', 'L', 'X', 'Y', 'P', 'G');
const crates = fc.constantFrom('P', 'Q', 'V');
/** One event. */
const event = fc.oneof(
  fc
    .tuple(time, fc.constantFrom('add', 'add', 'see', 'associate'), things, crates, by)
    .map(([at, verb, thing, crate, who]) =>
      thing === crate
        ? `${at} move ${crate}${who}`
        : `${at} ${verb} ${thing} ${verb === 'associate' ? 'with' : 'in'} ${crate}${who}`,
    ),
  fc
    .tuple(time, things, crates, by)
    .map(([at, thing, crate, who]) =>
      thing === crate ? `${at} empty ${crate}${who}` : `${at} remove ${thing} from ${crate}${who}`,
    ),
  fc.tuple(time, crates, by).map(([at, crate, who]) => `${at} empty ${crate}${who}`),
  fc.tuple(time, crates, by).map(([at, crate, who]) => `${at} move ${crate}${who}`),
  fc
    .tuple(time, makings, makings, by)
    .map(([at, from, to, who]) =>
      from === to ? `${at} make ${from}${who}` : `${at} ${from} to ${to}${who}`,
    ),
  fc.tuple(time, makings, by).map(([at, from, who]) => `${at} ${from} to process t${who}`),
  fc.tuple(time, makings, by).map(([at, to, who]) => `${at} process t to ${to}${who}`),
  fc
    .tuple(time, fc.constantFrom('a', 'b', 'a,b'), fc.constantFrom('L', 'A'), by)
    .map(([at, item, lot, who]) => `${at} make ${item} of ${lot}${who}`),
);

/** Histories of one line each event, some told again by others, some declared wrong by somebody. */
export const histories = fc
  .tuple(
    fc.array(event, { minLength: 1, maxLength: 12 }),
    fc.array(fc.tuple(fc.nat(), by), { maxLength: 3 }),
    fc.array(fc.tuple(fc.nat(), by), { maxLength: 3 }),
  )
  .map(([lines, again, wrong]) => {
    const named = lines.map((line, at) => line.replace(/^(\d+) /, `$1n${at} `));
    const copies = again.map(([which, who], at) => {
      const line = named[which % named.length] ?? '';
      const name = line.split(' ')[0] ?? '';
      return `${line.replace(/ @\w+/, '').replace(name, `${name}c${at}`)}${who} =${name}`;
    });
    const all = [...named, ...copies];
    const declared = wrong.map(
      ([which, who]) => `wrong ${(all[which % all.length] ?? '').split(' ')[0]}${who}`,
    );
    return [...all, ...declared].join('; ');
  });
/** What strangers add to a history: events of their own, or what others told, told again. */
const additions = fc.array(fc.tuple(event, fc.option(fc.nat(), { nil: null })), {
  minLength: 1,
  maxLength: 3,
});

/** A history, and the same with events of organisations that recorded nothing else: one each. */
export const withStrangers = fc
  .tuple(histories, additions)
  .map(([history, added]) => [history, addedTo(history, added, (at) => `S${at}`, false)] as const);

/** A history, and the same with events of one organisation that recorded nothing else; `withdrawn`: and took them back. */
export function withMoreOf(organisation: string, withdrawn: boolean) {
  return fc
    .tuple(histories, additions)
    .map(([history, added]) => [history, addedTo(history, added, () => organisation, withdrawn)] as const);
}

function addedTo(
  history: string,
  added: readonly (readonly [line: string, again: number | null])[],
  by: (at: number) => string,
  withdrawn: boolean,
): string {
  const lines = history.split('; ').filter((line) => !line.startsWith('wrong'));
  const more = added.flatMap(([own, again], at) => {
    const told = again === null ? own.replace(/^(\d+) /, `$1s${at} `) : (lines[again % lines.length] ?? own);
    const [name = ''] = told.split(' ');
    const copied =
      again === null ? told : `${told.replace(/ =\S+/, '').replace(name, `${name}s${at}`)} =${name}`;
    const line = `${copied.replace(/ @\w+/, '')} @${by(at)}`;
    const [named = ''] = line.split(' ');
    return withdrawn ? [line, `wrong ${named} @${by(at)}`] : [line];
  });
  return [history, ...more].join('; ');
}

/** Identifiers to ask for, and directions. */
export const questions = fc.tuple(
  fc.constantFrom('a', 'A', 'X', 'P', 'L', 'G', 't'),
  fc.constantFrom<Direction>('up', 'up', 'down', 'down', 'both', 'none'),
);
export const recorders = fc.constantFrom(null, null, new Set(['O']), new Set(['O', 'M']));

/** Often what everybody may ask for, else little. */
export const limits = fc.oneof(
  { weight: 5, arbitrary: fc.constant(LINEAGE_LIMITS) },
  fc.record({ identifiers: fc.integer({ min: 1, max: 5 }), events: fc.integer({ min: 1, max: 8 }) }),
);
export const rootTimes = fc.constantFrom(null, '2025-12-31T23:04:00.000Z');

/** A history without records that are told twice over. */
export function told(history: string): Told[] {
  const byId = new Map(readHistory(history).map((one) => [one.record.recordId, one]));
  return [...byId.values()];
}

/** Asks with everything shown, captured in the order given. */
export function ask(
  traceId: string,
  direction: Direction,
  told: readonly Told[],
  more: Partial<LineageQuestion> = {},
) {
  return lineageOf({ ...questionOf(traceId, direction), ...more }, withAll(tracesOf(told), traceId));
}

export function questionOf(traceId: string, direction: Direction): LineageQuestion {
  return { traceId, direction, natureOf, recorders: null, rootTime: null, limits: LINEAGE_LIMITS };
}

/** Identifiers and events of an answer with their reasons, in the form of the naive reading. */
export function summary({ identifiers, events }: LineageAnswer) {
  const union = new Map<string, string>();
  for (const { recordId, because } of events) union.set(recordId, because.join(' '));
  return {
    ids: sorted(identifiers.map(({ traceId, because }) => [traceId, because.join(' ')])),
    events: sorted([...union]),
  };
}

export function sorted(pairs: readonly (readonly [string, string])[]) {
  return Object.fromEntries([...pairs].sort(([a], [b]) => (a < b ? -1 : 1)));
}
