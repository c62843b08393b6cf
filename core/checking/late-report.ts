import { equalBytes, fromUtf8, utf8 } from '../bytes/bytes.js';
import { CotraceError, readOrNull } from '../errors.js';
import { formatU64 } from '../formats/decimal.js';
import { nameField } from '../formats/fields.js';
import { MAX_MSP_ID_BYTES } from '../formats/membership.js';
import { canonicalJson } from '../json/canonical-json.js';
import { parseStrictJson } from '../json/strict-json.js';
import { Shape } from '../shape/shape.js';
import { MAX_LATE_ATTEMPT, readLateKey, type LateKind } from './keys.js';

/** More than any report has. */
const MAX_REPORT_BYTES = 2048;

/** That a member let its turn to initiate a cycle pass: for t1 (`warning`), or for t2 (`penalty`). */
export interface LateReport {
  readonly checkNum: bigint;
  /** Whose turn it was: `expectedInitiator` of this attempt, 0…9,999. */
  readonly attempt: number;
  readonly kind: LateKind;
  readonly mspId: string;
}

/**
 * The value of a report in the state of `checking`: canonical JSON in UTF-8 (docs/formats.md, Keys of `checking` and
 * `anchor`). Throws `OUT_OF_RANGE`, `BAD_NAME`.
 */
export function encodeLateReport({ checkNum, attempt, kind, mspId }: LateReport): Uint8Array {
  if (!Number.isInteger(attempt) || attempt < 0 || attempt > MAX_LATE_ATTEMPT) {
    throw new CotraceError('OUT_OF_RANGE', `an attempt that is reported is 0 to ${MAX_LATE_ATTEMPT}`, {
      attempt,
    });
  }
  const member = nameField(mspId, 'MSP id', MAX_MSP_ID_BYTES);
  return utf8(canonicalJson({ attempt, cycle: formatU64(checkNum), kind, mspId: member }));
}

/** The report at a key of the state of `checking`; null where key and value are not what one has. */
export function readLateReport(key: string, value: Uint8Array): LateReport | null {
  const named = readLateKey(key);
  if (named === null) return null;
  return readOrNull(() => {
    const root = new Shape(parseStrictJson(fromUtf8(value), MAX_REPORT_BYTES), { code: 'BAD_JSON' });
    const report = { ...named, mspId: root.at('mspId').text() };
    return equalBytes(encodeLateReport(report), value) ? report : null;
  });
}
