import { isCotraceError } from '@cotrace/core';
import { pureVerifier } from '@cotrace/fabric-model';
import { readRecordsProof } from '@cotrace/verifier';
import { readTrust } from '@cotrace/verifier';
import { verifyRecords } from '@cotrace/verifier';

/** What a proof file shows to who holds a trust file, as JSON, or the code of the error: with nothing of Node. */
export function verdictOf(proof: string, trust: string): string {
  try {
    const shown = verifyRecords(readRecordsProof(proof), readTrust(trust, pureVerifier));
    return JSON.stringify(shown, (_name, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
  } catch (error) {
    if (isCotraceError(error)) return error.code;
    throw error;
  }
}
