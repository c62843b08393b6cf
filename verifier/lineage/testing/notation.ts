import { sha256, toHex, utf8, type Amount, type Nature, type TraceRef } from '@cotrace/core';
import { parentOf, rolesIn } from '../record-facts.js';
import type { ShownEvent, ShownRecord, ShownTraces } from '../types.js';

/** An event of a history in the tests: what its record says, who recorded it, and the name that the test has for it. */
export interface Told {
  readonly name: string;
  readonly organisation: string;
  readonly domain: string;
  readonly record: ShownRecord;
}

/**
 * Reads a history, one event a line:
 *
 *     1 add A in P · 1 add A*10kg in P · 1 see A in P · 4 remove A from P · 6 empty P · 1 associate b with P
 *     2 move P · 2 make a,b of L · 2 make A · 2 end P (a business transaction)
 *     3 A,B to X · 3 A to process t · 3 process t to X · 3 A to X by process t
 *     wrong 3 (a declaration about the event named 3)
 *
 * The first word is the time in minutes, and the event's name; `3b` is another name at time 3. Behind it may stand
 * `@ORGANISATION` (else O), `=NAME` (tells the event NAME again: the same event hash and id) or `named A,B` (of a
 * declaration: the identifiers that it names).
 */
export function readHistory(text: string): Told[] {
  const told: Told[] = [];
  const lines = text.split(/[;\n]/).map((line) => line.trim());
  for (const line of lines.filter((one) => one !== '')) told.push(readLine(line, told));
  return told;
}

function readLine(line: string, before: readonly Told[]): Told {
  const organisation = / @(\w+)/.exec(line)?.[1] ?? 'O';
  const again = / =(\w+)/.exec(line)?.[1] ?? null;
  const named = / named (\S+)/.exec(line)?.[1]?.split(',') ?? null;
  const [name = '', ...words] = line.replace(/ (@|=|named )\S+/g, '').split(' ');
  if (name === 'wrong') {
    const [of = ''] = words;
    const event =
      before.find((one) => one.name === of && one.organisation === organisation) ?? find(before, of);
    const traces = event.record.traces.filter(({ id }) => named === null || named.includes(id));
    const record = sealed({ ...event.record, wrong: true, traces }, organisation);
    return { name: line, organisation, domain: event.domain, record };
  }
  const event = again === null ? hashOf(`event ${line}`) : find(before, again).record.event;
  const said = readWords(words);
  const record = { event, time: timeOf(name), wrong: false, step: null, ...said };
  return { name, organisation, domain: 'goods', record: sealed(record, organisation) };
}

function find(told: readonly Told[], name: string): Told {
  const found = told.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no event is named ${name}`);
  return found;
}

/** Minute 7 as a time of 24 characters. */
export function timeOf(minute: string): string {
  return new Date(Date.UTC(2026, 0, 1) + 60_000 * Number.parseInt(minute, 10)).toISOString();
}

/** A hash as event hashes and record ids are: all of the text goes into it. */
function hashOf(value: unknown): string {
  return toHex(sha256(utf8(JSON.stringify(value))));
}

export function sealed(record: Omit<ShownRecord, 'recordId'>, organisation: string): ShownRecord {
  return { ...record, recordId: hashOf([organisation, { ...record, recordId: '' }]) };
}

type Saying = Pick<ShownRecord, 'bond' | 'change' | 'traces'>;

function readWords(words: readonly string[]): Saying {
  const [verb = '', what = '', link = '', where = ''] = words;
  const contained = (bond: Saying['bond'], change: Saying['change']): Saying => ({
    bond,
    change,
    traces: [...entries('parent', where), ...entries('child', what)],
  });
  switch (verb) {
    case 'add':
    case 'remove':
    case 'see':
      return contained('aggregation', verb);
    case 'associate':
      return contained('association', 'add');
    case 'empty':
      return { bond: 'aggregation', change: 'empty', traces: entries('parent', what) };
    case 'move':
      return { bond: null, change: 'see', traces: entries('subject', what) };
    case 'end':
      return { bond: null, change: null, traces: entries('subject', what) };
    case 'make':
      return {
        bond: null,
        change: 'add',
        traces: [
          ...entries('subject', what, link === 'of' ? where : null),
          ...entries('lot', link === 'of' ? where : ''),
        ],
      };
    default:
      return { bond: null, change: null, traces: transformation(words) };
  }
}

function transformation(words: readonly string[]): TraceRef[] {
  const sides = words.join(' ').split('to ');
  const [from = '', to = ''] = sides.map((side) => side.trim());
  const process = [/process (\w+)/.exec(from)?.[1], /process (\w+)/.exec(to)?.[1]].find(
    (one) => one !== undefined,
  );
  const ids = (side: string): string => side.replace(/(by )?process \w+/, '').trim();
  return [
    ...entries('input', ids(from)),
    ...entries('output', ids(to)),
    ...entries('process', process ?? ''),
  ];
}

function entries(role: TraceRef['role'], list: string, lot: string | null = null): TraceRef[] {
  return list
    .split(',')
    .filter((one) => one !== '')
    .map((one) => {
      const [id = '', quantity = null] = one.split('*');
      return { id, role, lot, amounts: quantity === null ? null : [amountOf(quantity)] };
    });
}

function amountOf(quantity: string): Amount {
  const [, value = '', unit = ''] = /^([\d.]+)(\w*)$/.exec(quantity) ?? [];
  return { value, unit: unit === '' ? null : unit };
}

/** G and H are classes; P, Q, V and small letters things; all others lots. */
export function natureOf(id: string): Nature {
  if (/^[GH]/.test(id)) return 'class';
  return /^[PQVa-z]/.test(id) ? 'instance' : 'lot';
}

/** The traces of a ledger that recorded the events in this order, with all of it shown. */
export function tracesOf(told: readonly Told[]): Map<string, ShownEvent[]> {
  const traces = new Map<string, ShownEvent[]>();
  for (const [at, { organisation, domain, record }] of told.entries()) {
    const place = { domain, txId: `tx${at}`, organisation };
    for (const id of new Set(record.traces.map((entry) => entry.id))) {
      const { recordId, event, time, wrong, bond, change } = record;
      const said = { recordId, event, time, wrong, bond, change };
      const row = { ...said, roles: rolesIn(id, record), parent: parentOf(id, record) };
      traces.set(id, [...(traces.get(id) ?? []), { shown: 'record', place, row, record }]);
    }
  }
  return traces;
}

/** Shown traces in which every identifier that no event names is known to have none. */
export function withAll(traces: ReadonlyMap<string, ShownEvent[]>, ...ids: string[]): ShownTraces {
  return new Map([...ids.map((id): [string, ShownEvent[]] => [id, []]), ...traces]);
}
