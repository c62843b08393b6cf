import { shortTraceId } from '@cotrace/core';
import type { AnswerTime, TraceAnswer } from '@cotrace/verifier';
import { counted, secondsText } from './trace-words.js';

/** Up to which block an answer holds, who says so, and whether anything is missing. */
export function provenText(answer: TraceAnswer): string[] {
  const { asOf } = answer;
  return [
    `as of block ${asOf.block}, attested by ${saidBy(asOf)}${tipsText(answer)}`,
    completeText(answer),
    ...missingText(answer),
  ];
}

/** Where only some are asked for, an answer is complete for these: nothing is said of others' events. */
function completeText({ question: { recorders }, complete }: TraceAnswer): string {
  const asked = recorders === null ? '' : ` for ${recorders.join(', ')} alone`;
  if (!complete) return `NOT COMPLETE${asked}:`;
  const theirs = recorders === null ? 'every event on the ledger' : 'every event that they recorded';
  return `complete${asked}: ${theirs} up to that block is shown; none is forged, altered or left out.`;
}

function saidBy({ attestedBy, unixSeconds }: AnswerTime): string {
  return `${attestedBy.join(', ')} at ${secondsText(unixSeconds)}`;
}

function tipsText({ tips, asOf }: TraceAnswer): string {
  if (tips === null) return '; whether it is the newest is not known';
  return tips.block > asOf.block
    ? `; the ledger had reached block ${tips.block}: ${saidBy(tips)}`
    : `; nothing newer: ${saidBy(tips)}`;
}

function missingText({ question: { recorders }, open, cut, identifiers, consulted }: TraceAnswer): string[] {
  const traces = [...identifiers, ...consulted];
  const full = traces.filter(({ organisations }) => organisations.some((one) => one.full));
  // The tree without a name is of several organisations, perhaps of those that were asked for.
  const asked = new Set([...(recorders ?? []), '']);
  const others = traces.flatMap(({ traceId, organisations }) =>
    organisations
      .filter(({ mspId, count, shown }) => recorders !== null && !asked.has(mspId) && shown < count)
      .map(({ mspId, count, shown }) => ({ traceId, mspId, events: count - shown })),
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
    ...others.map(
      ({ traceId, mspId, events }) =>
        `- not asked for, and not shown: ${counted(events, 'event')} of ${shortTraceId(traceId)} by ${mspId}`,
    ),
  ];
}
