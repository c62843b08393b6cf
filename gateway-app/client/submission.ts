import { within } from '../node/retry.js';
import type { CommitStatus, EndorsedTransaction, SubmittedTransaction } from './wire.js';
import { ORDERING_ANSWER_MS, REPEATS, STANDSTILL_MS, SUBMISSIONS } from './limits.js';

/**
 * Submits an endorsed transaction, and the same one again while nobody answers: a gateway takes an orderer at random and
 * waits half a minute for one that hangs (Fabric internal/pkg/gateway/submit.go). It counts once, however often it is
 * ordered. Throws the last error where no submission succeeds.
 */
export async function submit(
  transaction: Pick<EndorsedTransaction, 'submit'>,
): Promise<SubmittedTransaction> {
  const submissions: Promise<SubmittedTransaction>[] = [];
  for (;;) {
    const latest = transaction.submit();
    submissions.push(latest);
    const first = Promise.any(submissions).catch(() => latest);
    if (submissions.length === SUBMISSIONS) return first;
    const answered = await within(first, ORDERING_ANSWER_MS);
    if (answered !== null) return answered;
  }
}

/** What is asked and told while a commit is waited for. */
export interface Waiting {
  /** Number of blocks of the own peer's ledger; null where it is not known, or not the ordering service's fault. */
  readonly height: () => Promise<bigint | null>;
  /** Hears why a transaction could not be submitted again. */
  readonly failed: (error: unknown) => void;
}

/**
 * The status of a transaction that was submitted. While the ledger stands still it is submitted again: an orderer takes
 * what it then hands to a leader that hangs, and it is lost (Fabric orderer/consensus/etcdraft/chain.go). `height` is asked to the
 * end: a peer that sends nothing for long takes keepalive pings for a flood, and closes the connection.
 */
export async function committed(
  transaction: Pick<EndorsedTransaction, 'submit'>,
  submitted: SubmittedTransaction,
  { height, failed }: Waiting,
): Promise<CommitStatus> {
  const status = submitted.getStatus();
  let before: bigint | null = null;
  let repeats = 0;
  for (;;) {
    const inTime = await within(status, STANDSTILL_MS);
    if (inTime !== null) return inTime;
    const now = await height();
    if (now !== null && now === before && repeats < REPEATS) {
      transaction.submit().catch(failed);
      repeats += 1;
    }
    before = now;
  }
}
