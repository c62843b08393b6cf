import { shortTraceId } from '@cotrace/core';
import type {
  AnsweredDeclaration,
  AnsweredEvent,
  AnsweredUnmatched,
  Reason,
  TraceAnswer,
} from '@cotrace/verifier';
import type { Corrections } from '../client/find-corrections.js';
import { REASON_TEXTS } from './reason-text.js';
import { counted, minute, placeText, someOf, stepText } from './trace-words.js';

/** What is undecided, a line for each reason, and a line of totals. */
export function undecidedText({ events, identifiers }: TraceAnswer): string[] {
  const doubtful = events.filter(({ certain }) => !certain);
  const named = identifiers.filter(({ certain }) => !certain);
  if (doubtful.length + named.length === 0) return [];
  const reasons = [...new Set([...doubtful, ...named].flatMap(({ because }) => because))].sort();
  return [
    `? undecided: ${counted(doubtful.length, 'event')}, ${counted(named.length, 'identifier')}; a recall counts them as affected`,
    ...reasons.map((reason) => {
      const has = ({ because }: { readonly because: readonly Reason[] }) => because.includes(reason);
      const of = [
        ...doubtful.filter(has).map(placeText),
        ...named.filter(has).map(({ traceId }) => shortTraceId(traceId)),
      ];
      return `? ${reason}, ${someOf(of)}: ${REASON_TEXTS[reason]}`;
    }),
    '',
  ];
}

/** What organisations declared wrong, of their own events, of others', and of what is not recorded. */
export function correctionText(
  { events, leftOut, disputes, unmatched }: TraceAnswer,
  corrections: Corrections,
): string[] {
  const eventOf = new Map(events.map((event) => [event.recordId, event]));
  const told = (one: AnsweredDeclaration, verb: string) =>
    `${one.organisation} ${verb} ${eventText(eventOf.get(one.declared) ?? null)}${reasonText(one, corrections)}`;
  const unmatchedOf = unmatchedText(events, corrections);
  return [
    ...leftOut.map((one) => told(one, 'declared wrong:')),
    ...disputes.map(
      (one) => `${told(one, 'disputes')}; it did not record the event, so this changes nothing`,
    ),
    ...unmatched.map(unmatchedOf),
  ];
}

/** What is said of declarations of what is not recorded, one function call for each. */
function unmatchedText(
  events: readonly AnsweredEvent[],
  corrections: Corrections,
): (one: AnsweredUnmatched) => string {
  const byHash = new Map(events.map((event) => [event.record?.eventHash, event]));
  const byId = new Map(events.map((event) => [event.record?.eventID, event]));
  return (one) => {
    const { organisation, eventID, eventHash } = one;
    const event = eventID ?? eventHash ?? 'which one is not shown';
    const told = `${organisation} declared wrong an event that is not recorded: ${event}${reasonText(one, corrections)}`;
    const sameContent = eventHash === null ? undefined : byHash.get(eventHash);
    const other = sameContent ?? (eventID === null ? undefined : byId.get(eventID));
    if (other === undefined) return told;
    const differs = sameContent === undefined ? 'other content' : 'another id';
    return `${told}; it is not the same event as ${eventText(other)}, which has ${differs}`;
  };
}

function reasonText(
  {
    declarationTime,
    reason,
    correctiveEventIDs,
  }: Pick<AnsweredDeclaration, 'declarationTime' | 'reason' | 'correctiveEventIDs'>,
  corrections: Corrections,
): string {
  const said = [
    declarationTime === null ? null : minute(declarationTime),
    reason === null ? null : stepText(reason),
  ];
  const why = said.filter((part) => part !== null).join(', ');
  const ids = correctiveEventIDs.map((id) => {
    const places = corrections
      .get(id)
      ?.map((one) => `${placeText(one)} in ${one.domain} by ${one.organisation}`);
    if (places === undefined) return id;
    return `${id} (${places.length === 0 ? 'not recorded' : someOf(places)})`;
  });
  const corrected = ids.length === 0 ? '' : `; corrected by ${someOf(ids)}`;
  return `${why === '' ? '' : ` (${why})`}${corrected}`;
}

function eventText(event: AnsweredEvent | null): string {
  return event === null
    ? 'an event that is not shown'
    : `${stepText(event.record?.step ?? null)} of ${minute(event.time)} (${placeText(event)})`;
}

/** In what the products were, and what else these held. */
export function containerText({ containers }: TraceAnswer): string[] {
  return containers.flatMap(({ traceId, windows, otherUses }) => [
    ...windows.map(({ child, from, to, closedBy }) => {
      const since = from === null ? '' : ` since ${minute(from)}`;
      const until = to === null ? ', no unpacking recorded' : ` until ${minute(to)} (${closedBy.join(', ')})`;
      return `${shortTraceId(child)} in ${shortTraceId(traceId)}${since}${until}`;
    }),
    ...(otherUses.events === 0
      ? []
      : [
          `${shortTraceId(traceId)}: ${counted(otherUses.openings, 'other use')}, ${counted(otherUses.events, 'event')}, not shown`,
        ]),
  ]);
}

/** What else a reader should know before acting on the answer. */
export function asideText(answer: TraceAnswer): string[] {
  const { lots, repeated, future, foreign, orphans, brokenChains } = answer;
  return [
    ...lots.map(({ item, lot }) => `${shortTraceId(item)} is of lot ${shortTraceId(lot)}`),
    ...repeated.map(
      ({ traceId, made, used }) =>
        `${shortTraceId(traceId)} is one thing, but was made ${counted(made, 'time')} and used ${counted(used, 'time')}`,
    ),
    ...withoutOrigin(answer).map((id) => `no record of origin: ${shortTraceId(id)}`),
    ...(future.length === 0 ? [] : [`${counted(future.length, 'event')} with a time in the future`]),
    ...foreign.map(
      ({ traceId, domain, txId }) =>
        `not made by Cotrace's contract, and left out: transaction ${txId.slice(0, 12)}… of ${shortTraceId(traceId)} in ${domain}`,
    ),
    ...orphans.map(
      ({ domain, txId, recordId }) =>
        `a record that not all rows of its transaction name: ${recordId.slice(0, 12)}… of transaction ${txId.slice(0, 12)}… in ${domain}`,
    ),
    ...brokenChains.map(
      ({ traceId, domain, txId }) =>
        `broken chain: transaction ${txId.slice(0, 12)}… of ${shortTraceId(traceId)} in ${domain} does not follow the one before it`,
    ),
  ];
}

/** Of what is not recorded, or not all shown, nothing can be said. */
function withoutOrigin({ withoutOrigin: found, identifiers, open }: TraceAnswer): string[] {
  const unknown = new Set(open.map(({ traceId }) => traceId));
  for (const { traceId, organisations } of identifiers) {
    const isShown = organisations.length > 0 && organisations.every(({ count, shown }) => shown === count);
    if (!isShown) unknown.add(traceId);
  }
  return found.filter((traceId) => !unknown.has(traceId));
}
