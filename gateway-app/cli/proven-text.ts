import { shortTraceId } from '@cotrace/core';
import type { AnswerTime, TraceAnswer } from '@cotrace/verifier';
import { counted, secondsText } from './trace-words.js';

/** Up to which block an answer holds, who says so, and whether anything is missing. */
export function provenText(answer: TraceAnswer): string[] {
  const { asOf, complete } = answer;
  return [
    `as of block ${asOf.block}, attested by ${saidBy(asOf)}${tipsText(answer)}`,
    ...(complete ? COMPLETE : ['NOT COMPLETE:', ...missingText(answer)]),
  ];
}

const COMPLETE = [
  'complete: every event on the ledger up to that block is shown; none is forged, altered or left out.',
];

function saidBy({ attestedBy, unixSeconds }: AnswerTime): string {
  return `${attestedBy.join(', ')} at ${secondsText(unixSeconds)}`;
}

function tipsText({ tips, asOf }: TraceAnswer): string {
  if (tips === null) return '';
  return tips.block > asOf.block
    ? `; the ledger had reached block ${tips.block}: ${saidBy(tips)}`
    : `; nothing newer: ${saidBy(tips)}`;
}

function missingText({ open, cut, identifiers, consulted }: TraceAnswer): string[] {
  const full = [...identifiers, ...consulted].filter(({ organisations }) =>
    organisations.some((one) => one.full),
  );
  return [
    ...open.map(({ traceId, missing, events }) =>
      missing === 'trace'
        ? `- not shown: the events of ${shortTraceId(traceId)}`
        : `- not shown: ${counted(events, 'event')} of ${shortTraceId(traceId)}`,
    ),
    ...cut.map(({ traceId, organisation }) => {
      const by = organisation === null ? '' : `, which ${organisation} recorded`;
      return `- not followed, since a limit was reached: ${shortTraceId(traceId)}${by}`;
    }),
    ...full.map(({ traceId }) => `- more events than can be counted: ${shortTraceId(traceId)}`),
  ];
}
