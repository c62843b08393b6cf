import { CotraceError } from '@cotrace/core';
import { peer } from '@cotrace/fabric-model';

const CODES: ReadonlyMap<number, peer.TxValidationCode> = new Map(
  Object.values(peer.TxValidationCode)
    .filter((code) => typeof code === 'number')
    .map((code) => [code, code]),
);

/** The validation code of a stored number. Throws `STORE_DAMAGED` for one that Fabric does not have. */
export function validationCode(number?: number): peer.TxValidationCode {
  const code = CODES.get(number ?? -1);
  if (code === undefined) {
    throw new CotraceError('STORE_DAMAGED', `${String(number)} is not a validation code`, { code: number });
  }
  return code;
}
