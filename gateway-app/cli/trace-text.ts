import { isName, shortTraceId } from '@cotrace/core';
import type { AnsweredEvent, TraceAnswer } from '@cotrace/verifier';
import type { Corrections } from '../client/find-corrections.js';
import { table } from './output.js';
import { provenText } from './proven-text.js';
import { asideText, containerText, correctionText, undecidedText } from './trace-notes.js';
import { counted, minute, placeText, someOf, stepText } from './trace-words.js';

/** A verified answer for people, a line each: the events in the order in which they happened, and what is proven of them. */
export function toText(answer: TraceAnswer, corrections: Corrections = new Map()): string[] {
  const { question, events } = answer;
  if (events.length === 0)
    return [
      ...nothingText(answer),
      ...correctionText(answer, corrections),
      ...asideText(answer),
      ...provenText(answer),
    ];
  const rows = events.map((event) => [
    event.certain ? ' ' : '?',
    minute(event.time),
    stepText(event.record?.step ?? null),
    event.domain,
    placeText(event),
    event.organisation,
    whatHappened(event),
  ]);
  return [
    `${question.traceId}: ${counted(events.length, 'event')}${FOLLOWED[question.direction]}`,
    '',
    ...table([['', 'TIME (UTC)', 'STEP', 'DOMAIN', 'BLOCK/TX', 'BY', 'WHAT'], ...rows]),
    '',
    ...undecidedText(answer),
    ...correctionText(answer, corrections),
    ...containerText(answer),
    ...asideText(answer),
    ...provenText(answer),
  ];
}

const FOLLOWED = {
  none: '',
  up: ', upstream included',
  down: ', downstream included',
  both: ', upstream and downstream included',
} as const;

function nothingText({ question, identifiers, unmatched }: TraceAnswer): string[] {
  const [own] = identifiers.filter(({ traceId }) => traceId === question.traceId);
  const recorded = (own?.organisations ?? []).reduce((sum, { count }) => sum + count, 0);
  if (recorded > 0 && recorded === unmatched.length)
    return [`${question.traceId}: no event, but ${counted(recorded, 'declaration')} that one is wrong`];
  if (recorded > 0) return [`${question.traceId}: ${counted(recorded, 'event')}, none of them shown`];
  const name = isName(question.traceId) ? ' (a name, neither a URI nor an identifier of GS1)' : '';
  return [`no record of ${question.traceId}${name}`];
}

/** Such as `A from B, C` or `A in P`. */
function whatHappened({ record }: AnsweredEvent): string {
  if (record === null) return '(its content is not shown)';
  const { traces, change } = record;
  const named = (...roles: readonly string[]) => {
    const ids = [
      ...new Set(traces.filter(({ role }) => roles.includes(role)).map(({ id }) => shortTraceId(id))),
    ];
    return someOf(ids);
  };
  const join = (what: string, preposition: string, other: string) =>
    [what, other === '' ? '' : `${preposition} ${other}`].filter((part) => part !== '').join(' ');
  const isTakenOut = change === 'remove' || change === 'empty';
  const contained = join(
    change === 'empty' ? 'all' : named('child'),
    isTakenOut ? 'out of' : 'in',
    named('parent'),
  );
  return [
    join(named('output'), 'from', named('input')),
    named('subject'),
    traces.some(({ role }) => role === 'parent' || role === 'child') ? contained : '',
    join('', 'of lot', named('lot')),
    join('', 'in process', named('process')),
  ]
    .filter((part) => part !== '')
    .join('; ');
}
