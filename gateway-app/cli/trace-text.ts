import { isObject, shortTraceId } from '@cotrace/core';
import { toUtc } from '@cotrace/epcis';
import type { VerifiedRecord, VerifiedTrace } from '@cotrace/verifier';
import { table } from './output.js';
import { MOST_NAMED } from './limits.js';

/** A verified trace for people, a line each: the events in the order in which they happened, and what is proven of them. */
export function toText({ question, records, identifiers, attestedBy }: VerifiedTrace): string[] {
  const events = records
    .map((record) => ({ ...record, time: toUtc(record.eventTime) ?? record.eventTime }))
    .sort((a, b) => a.time.localeCompare(b.time, 'en'));
  const rows = events.map(({ time, step, domain, block, txNum, ...record }) => [
    `  ${time.slice(0, 16).replace('T', ' ')}`,
    stepText(step),
    domain,
    `${block}/${txNum}`,
    whatHappened(record),
  ]);
  return [
    `${question.traceId}: ${records.length} ${records.length === 1 ? 'event' : 'events'}` +
      (question.direction === 'none' ? '' : `, ${question.direction}stream included`),
    '',
    ...table([['  TIME (UTC)', 'STEP', 'DOMAIN', 'BLOCK/TX', 'WHAT'], ...rows]),
    '',
    ...identifiers
      .filter(({ lacksOrigin }) => lacksOrigin)
      .map(({ id }) => `no record of origin in this proof: ${shortTraceId(id)}`),
    `verified: every event is on the ledger, valid and unaltered, attested by ${attestedBy.join(', ')};`,
    'no event is missing between the first and the newest one shown of each identifier in each domain.',
    'not shown by this proof: that there are no newer events.',
  ];
}

/** Such as `A from B, C` or `A in P`. */
function whatHappened({ traces, data }: Pick<VerifiedRecord, 'traces' | 'data'>): string {
  const named = (...roles: readonly string[]) => {
    const ids = traces.filter(({ role }) => roles.includes(role)).map(({ id }) => shortTraceId(id));
    const more = ids.length - MOST_NAMED;
    return ids.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
  };
  const join = (what: string, preposition: string, other: string) =>
    [what, other === '' ? '' : `${preposition} ${other}`].filter((part) => part !== '').join(' ');
  const isTakenOut = isObject(data) && data['action'] === 'DELETE';
  return [
    join(named('output'), 'from', named('input')),
    // An object event has no parent, an aggregation no subject, a transaction event has both.
    join(named('subject', 'child'), isTakenOut ? 'out of' : 'in', named('parent')),
  ]
    .filter((part) => part !== '')
    .join('; ');
}

/** A standard step as words; of a URI its last part. */
function stepText(step: string | null): string {
  return step === null ? '(no step)' : step.replace(/^.*[/:]/, '').replaceAll('_', ' ');
}
