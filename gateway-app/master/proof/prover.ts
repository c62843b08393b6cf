import { create } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import { ProofPartSchema, type ProofPart, type ProveRequest } from '../../gen/cotrace/cotrace_pb.js';
import { MOST_SHOWN, PROOF_PROGRESS_MS, PROOFS_AT_A_TIME } from '../limits.js';
import type { MasterLedger } from '../master-ledger.js';
import { gatherLineage } from './gather-lineage.js';
import { gatherNewest } from './gather-newest.js';
import { headsOf } from './heads.js';
import { Pace } from './pace.js';
import { proofParts } from './proof-parts.js';
import { readProofRequest, type ProofRequest } from './request.js';

/** Proves traces and lineages from what a master has (docs/formats.md, Trace proof). */
export class Prover {
  readonly #ledger: MasterLedger;
  readonly #checkingHeight: number;
  readonly #running: string[] = [];

  constructor(ledger: MasterLedger, checkingHeight: number) {
    this.#ledger = ledger;
    this.#checkingHeight = checkingHeight;
  }

  /**
   * A proof in parts, after the progress until it is there. `caller` names who asks. Throws `BAD_REQUEST`,
   * `TOO_MANY_CALLS`, as `gatherLineage`, and where `signal` is aborted.
   */
  async *prove(message: ProveRequest, caller: string, signal: AbortSignal): AsyncGenerator<ProofPart> {
    const request = readProofRequest(message);
    this.#begin(caller);
    try {
      yield* this.#parts(request, signal);
    } finally {
      this.#running.splice(this.#running.indexOf(caller), 1);
    }
  }

  async *#parts(request: ProofRequest, signal: AbortSignal): AsyncGenerator<ProofPart> {
    const { store } = this.#ledger;
    const { question, newest, envelopes, blockNum } = request;
    const pace = new Pace(signal);
    const parts = { store, pace, prove: headsOf(this.#ledger, this.#checkingHeight, blockNum, pace) };
    const gathering =
      newest === null
        ? gatherLineage(question, { ...parts, mostShown: MOST_SHOWN })
        : gatherNewest(question.traceId, newest, parts);
    while (!(await isDone(gathering, PROOF_PROGRESS_MS))) yield progress(pace);
    yield* proofParts(await gathering, { store, pace, envelopes });
  }

  #begin(caller: string): void {
    const own = this.#running.filter((name) => name === caller).length;
    if (own >= PROOFS_AT_A_TIME.caller || this.#running.length >= PROOFS_AT_A_TIME.all) {
      throw new CotraceError(
        'TOO_MANY_CALLS',
        'this master makes too many proofs already; ask again, or another master',
        {
          own,
          all: this.#running.length,
        },
      );
    }
    this.#running.push(caller);
  }
}

function progress({ used: { traces, events } }: Pace): ProofPart {
  return create(ProofPartSchema, { part: { case: 'progress', value: { traces, events } } });
}

/** Whether a promise settles within so many milliseconds. */
async function isDone(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  const settled = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}
