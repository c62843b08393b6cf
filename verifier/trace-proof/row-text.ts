import {
  BONDS,
  CHANGES,
  checkTraceId,
  identify,
  isUtcTime,
  readOrNull,
  readTraceKey,
  Shape,
  type TraceEvent,
  type TraceLink,
  type Bond,
  type Change,
  type Nature,
  type RowRole,
} from '@cotrace/core';
import { canonicalJsonOf, chainLinkOf, HASH, LINK, SOURCE } from '../proof/stored-form.js';
import type { ShownRow } from '../lineage/types.js';

/** Longest row or mark that is looked at, in bytes: fixed members, and a parent of which every character is escaped. */
const MAX_ROW_BYTES = 8 * 1024;

const ALWAYS = ['txId', 'recordId', 'time', 'event', 'roles'];
const SAID_OR_LEFT_OUT = ['wrong', 'bond', 'change', 'parent'];

const ROLES: readonly RowRole[] = [
  'child',
  'input',
  'lot',
  'output',
  'parent',
  'process',
  'process-gives',
  'process-takes',
  'subject',
];

/** Where a row is in the chain of its identifier and domain. */
export type ChainLink = Pick<TraceLink, 'ver' | 'preTraceTxId'>;

/** A row or mark of the form that the contract writes. */
export interface ReadRow {
  readonly row: ShownRow;
  /** Null for a mark. */
  readonly link: ChainLink | null;
}

/**
 * The row or mark that is the text `text` at the key of an event, whose `valueHash` it must have. Null where it is not
 * exactly what the contract writes there (docs/formats.md, Records and traces): any chaincode may write anything under
 * such a key.
 */
export function readRowText({ key, txId }: Pick<TraceEvent, 'key' | 'txId'>, text: string): ReadRow | null {
  return readOrNull(() => {
    const { traceId = '', recordId = null } = readTraceKey(key) ?? {};
    const shape = new Shape(canonicalJsonOf(text, MAX_ROW_BYTES), SOURCE);
    const isMark = recordId !== null;
    shape.only([...ALWAYS, ...SAID_OR_LEFT_OUT, ...(isMark ? [] : LINK)]);
    if (shape.at('txId').text() !== txId) shape.wrong('of the transaction that wrote it');
    if (isMark && shape.at('recordId').text() !== recordId) shape.wrong('of the record that its key names');
    checkTraceId(traceId);
    const row = rowOf(shape);
    if (isMark !== isMarked(identify(traceId).nature, row.roles)) shape.wrong('what the identifier gets');
    if (isMark) return { row, link: null };
    const { ver, preTraceTxId } = chainLinkOf(shape);
    return { row, link: { ver, preTraceTxId } };
  });
}

/** Whether an identifier gets a mark instead of a row: it is a class, or only a lot or process of others. */
export function isMarked(nature: Nature, roles: readonly string[]): boolean {
  return nature === 'class' || roles.every((role) => role === 'lot' || role.startsWith('process'));
}

/** Whether a bond and a change go together: a change of containment has a bond, and only it empties. */
function fitTogether(bond: Bond | null, change: Change | null): boolean {
  if (bond === null) return change !== 'empty';
  return bond === 'other' ? change === 'see' : change !== null;
}

function timeOf(shape: Shape): string {
  const time = shape.text();
  return isUtcTime(time) ? time : shape.wrong('a time in UTC with milliseconds');
}

function traceIdOf(shape: Shape): string {
  return shape.parse('a TraceID in its canonical form', (text) => {
    checkTraceId(text);
    return text;
  });
}

function rowOf(shape: Shape): ShownRow {
  const names = new Set(shape.names());
  const told = <T>(name: string, read: (member: Shape) => T): T | null =>
    names.has(name) ? read(shape.at(name)) : null;
  const wrong = told('wrong', (member) => member.boolean() || member.wrong('true, or left out')) ?? false;
  const row = {
    recordId: shape.at('recordId').text(HASH),
    event: shape.at('event').text(HASH),
    time: timeOf(shape.at('time')),
    wrong,
    bond: told('bond', (member) => member.oneOf(BONDS)),
    change: told('change', (member) => member.oneOf(CHANGES)),
    roles: rolesOf(shape.at('roles')),
    parent: told('parent', traceIdOf),
  };
  const { roles, bond, change, parent } = row;
  const contains = roles.includes('parent') || roles.includes('child');
  if (!fitTogether(bond, change) || (contains && bond === null)) shape.wrong('one bond and change that fit');
  if (change === 'empty' && roles.includes('child')) shape.wrong('without a child, since it empties');
  if (parent !== null && !roles.includes('child')) shape.wrong('a child, since it has a parent');
  return row;
}

function rolesOf(shape: Shape): RowRole[] {
  const roles = shape.items(ROLES.length, 1).map((role) => role.oneOf(ROLES));
  const rise = roles.every((role, at) => at === 0 || (roles[at - 1] ?? '') < role);
  const idle = roles.includes('process') && roles.some((role) => role.startsWith('process-'));
  return rise && !idle ? roles : shape.wrong('roles, sorted, each once');
}
