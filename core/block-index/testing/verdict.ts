import { fromHex, toHex } from '../../bytes/bytes.js';
import { isCotraceError } from '../../errors.js';
import type { IndexEntry } from '../entry.js';
import { verifyMbProof, type MbProofClaim } from '../verify.js';

/** A claim as text, to be handed to a browser. */
export interface Question {
  readonly proof: string;
  readonly root: string;
  readonly from: string;
  readonly to: string;
}

/** What a verifier said, as text: the entries, neighbours and number shown, or the code of the refusal. */
export type Verdict = string;

export function questionOf({ proof, root, range }: MbProofClaim): Question {
  return { proof: toHex(proof), root: toHex(root), from: toHex(range.from), to: toHex(range.to) };
}

/** Verifies, wherever this runs. */
export function verdictOf({ proof, root, from, to }: Question): Verdict {
  try {
    const range = { from: fromHex(from), to: fromHex(to) };
    const shown = verifyMbProof({ proof: fromHex(proof), root: fromHex(root), range });
    const { entries, before, after, count } = shown;
    return JSON.stringify([entries.map(text), before && text(before), after && text(after), count]);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return error.code;
  }
}

function text({ traceId, txNum, txId, previous, upstream }: IndexEntry): string {
  return [traceId, txNum, toHex(txId), previous === null ? '-' : toHex(previous), upstream].join(' ');
}
