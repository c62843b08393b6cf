import { CHAINCODE_CODES } from '@cotrace/chaincode';
import { type CodeEntry, CORE_CODES } from '@cotrace/core';
import { FABRIC_CODES } from '@cotrace/fabric-model';
import { NETWORK_CODES } from '@cotrace/network';
import { VERIFIER_CODES } from '@cotrace/verifier';
import { GATEWAY_CODES } from '../error-codes.js';

/** The codes of every package. A code may be in several: it is met in several places, and means something else in each. */
export const CODE_TABLES: readonly Readonly<Record<string, CodeEntry>>[] = [
  CORE_CODES,
  FABRIC_CODES,
  VERIFIER_CODES,
  CHAINCODE_CODES,
  NETWORK_CODES,
  GATEWAY_CODES,
];

/** The class of the exit code of a command that ends with an error of this code; `failed` for one that nobody declares. */
export function exitClassOf(code: string): NonNullable<CodeEntry['exit']> | 'failed' {
  const classes = CODE_TABLES.map((codes) => codes[code]?.exit);
  return classes.find((exit) => exit !== undefined) ?? 'failed';
}
