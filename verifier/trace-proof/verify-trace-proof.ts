import { canonicalJson, CotraceError } from '@cotrace/core';
import { hostEcdsa, type EcdsaVerifier } from '@cotrace/fabric-model';
import { distinct } from '../lineage/answer.js';
import { leavesBranch } from '../lineage/lineage.js';
import { mayBeOf } from '../lineage/needs.js';
import { boundSignatures } from '../proof/bound-work.js';
import type { Trust } from '../proof/trust.js';
import type { AnsweredTrace, Incomplete, TraceAnswer } from './answer.js';
import { attestedRoot, type AttestedRoot } from './attested-root.js';
import { brokenChains } from './chains.js';
import { readContents, type ReadTrace } from './contents.js';
import { countedTraces } from './counted-traces.js';
import { EventTable } from './event-table.js';
import { provenTraces } from './heads.js';
import { provenLineage, type ProvenLineage } from './proven-lineage.js';
import type { TraceProof, TraceQuestion } from './types.js';

/**
 * Verifies a trace proof against a trust file: a quorum attested the root, every head is under it or proven absent, every
 * event is one that its head counts, contents are those that it binds; then runs the lineage over what is shown. What is
 * not shown and needed makes the answer incomplete; nothing that is left out passes unseen. `expected` is the question that
 * was asked, null where the proof's own is as good; `ecdsa` checks signatures of organisations that transitions lead to.
 *
 * Throws a `CotraceError` that says what the first wrong thing is: `WRONG_QUESTION`; as `boundSignatures`, `attestedRoot`,
 * `provenTraces`, `readContents`, `provenLineage`; `PROVES_NOTHING` where the trace asked for is not shown.
 */
export function verifyTraceProof(
  proof: TraceProof,
  trust: Trust,
  expected: TraceQuestion | null,
  ecdsa: EcdsaVerifier = hostEcdsa,
): TraceAnswer {
  checkQuestion(proof, expected);
  boundSignatures([...proof.transitions, proof.root]);
  return answerUnder(attestedRoot(proof, trust, ecdsa), proof, trust);
}

/** Throws `WRONG_QUESTION` where the proof does not answer the question that was asked. */
export function checkQuestion({ question }: TraceProof, expected: TraceQuestion | null): void {
  if (expected === null || canonicalJson(question) === canonicalJson(expected)) return;
  throw new CotraceError('WRONG_QUESTION', 'the proof answers a different question from the one asked', {
    asked: expected.traceId,
    answered: question.traceId,
  });
}

/** The rest of `verifyTraceProof`, given what `attestedRoot` makes of the proof. It checks no signature. */
export function answerUnder(
  { asOf, trieRoot, tips }: AttestedRoot,
  proof: TraceProof,
  trust: Trust,
): TraceAnswer {
  const { question, states } = proof;
  const proven = provenTraces(proof, { block: asOf.block, trieRoot });
  if (!proven.some(({ traceId }) => traceId === question.traceId)) {
    throw new CotraceError('PROVES_NOTHING', `the proof does not show ${question.traceId}`, {
      traceId: question.traceId,
    });
  }
  const { traces, orphans } = readContents(proven, proof, trust.network.mainName);
  const found = provenLineage(question, traces, asOf.unixSeconds);
  const { lots, repeated, withoutOrigin, future, cut, containers, open } = found.lineage;
  const events = new EventTable(traces);
  const { identifiers, consulted } = countedTraces(found, proven, traces);
  const incomplete = whyIncomplete(question, found, consulted, identifiers);
  return {
    question,
    asOf,
    tips,
    complete: incomplete.length === 0,
    incomplete,
    identifiers,
    consulted,
    events: found.lineage.events.map((event) => events.answered(event)),
    containers,
    lots,
    leftOut: found.lineage.leftOut.map((one) => events.declared(one)),
    disputes: found.lineage.disputes.map((one) => events.declared(one)),
    unmatched: found.lineage.unmatched.map((one) => events.unmatched(one)),
    foreign: distinct([...foreignIn(traces), ...found.lineage.foreign]),
    orphans,
    brokenChains: traces.flatMap((trace) => brokenChains(trace)),
    repeated,
    withoutOrigin,
    future,
    open,
    cut,
    states,
  };
}

/** What the events of others than the recorders lack does not count. */
function whyIncomplete(
  { recorders }: TraceQuestion,
  { lineage: { open, cut } }: ProvenLineage,
  ...traces: readonly (readonly AnsweredTrace[])[]
): Incomplete[] {
  const asked = recorders === null ? null : new Set(recorders);
  const full = traces
    .flat()
    .some(({ organisations }) =>
      organisations.some((one) => one.full && mayBeOf(asked, one.mspId === '' ? null : one.mspId)),
    );
  return [
    ...(leavesBranch(cut, asked) ? (['cut'] as const) : []),
    ...(full ? (['full'] as const) : []),
    ...(open.length > 0 ? (['open'] as const) : []),
  ];
}

function foreignIn(traces: readonly ReadTrace[]): TraceAnswer['foreign'] {
  return traces.flatMap(({ traceId, events }) =>
    events.flatMap(({ leaf, shown }) =>
      leaf === null || shown !== null
        ? []
        : [{ domain: leaf.domain, txId: leaf.txId, organisation: leaf.mspId, traceId }],
    ),
  );
}
