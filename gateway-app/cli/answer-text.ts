import { shortTraceId, shown } from '@cotrace/core';
import type { TraceAnswer } from '@cotrace/verifier';

const WHY_INCOMPLETE = {
  cut: 'a limit left branches',
  full: 'a tree of events has stopped growing',
  open: 'something that is needed is not shown',
} as const;

/** What a trace proof proves, line by line: `?` stands before what is undecided, with the reasons behind it. */
export function answerText(answer: TraceAnswer): string[] {
  const { question, asOf, complete, incomplete, identifiers, events, open } = answer;
  const time = new Date(Number(asOf.unixSeconds) * 1000).toISOString();
  const why = incomplete.map((reason) => WHY_INCOMPLETE[reason]).join('; ');
  return [
    `${named(question.traceId)}: ${events.length} events of ${identifiers.length} identifiers`,
    `as of block ${asOf.block}, ${time}, attested by ${asOf.attestedBy.map(shown).join(', ')}`,
    complete ? 'complete: nothing is left out' : `not complete: ${why}`,
    ...open.map(({ traceId, missing, events: count }) =>
      missing === 'trace'
        ? `  ${named(traceId)} is not shown`
        : `  ${count} events of ${named(traceId)} are not shown`,
    ),
    ...events.map((event) => {
      const step = event.record?.step ?? 'event';
      return `${mark(event)}${event.time} ${shown(step)} by ${shown(event.organisation)}${reasons(event)}`;
    }),
    ...identifiers.map((one) => `${mark(one)}${named(one.traceId)}${reasons(one)}`),
  ];
}

type Judged = Pick<TraceAnswer['events'][number], 'certain' | 'because'>;

function mark({ certain }: Judged): string {
  return certain ? '  ' : '? ';
}

function reasons({ because }: Judged): string {
  return because.length === 0 ? '' : ` (${because.join(', ')})`;
}

function named(traceId: string): string {
  return shown(shortTraceId(traceId));
}
