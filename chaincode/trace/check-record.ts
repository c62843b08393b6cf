import { canonicalJson, type ClientRecord } from '@cotrace/core';
import { compileDataSchema, type DataCheck } from './data-schema.js';
import type { DomainDefinition } from './definition.js';
import { parseRecord } from './parse-record.js';
import { checkStep } from './step.js';

/** A definition, ready for use. */
export interface Checks {
  readonly definition: DomainDefinition;
  readonly checkData: DataCheck;
}

/** Checks step and data of a record of the right form. Throws `UNKNOWN_STEP`, `BAD_DATA`. */
export function checkContent({ step, data }: ClientRecord, { definition, checkData }: Checks): void {
  checkStep(step, definition.steps, definition.name);
  checkData(data);
}

/**
 * What the contract of a domain checks of a record by the definition alone: form and limits, step and data. What depends on
 * the ledger is left. The check throws the refusal (`BAD_RECORD`, `TOO_LARGE`, `BAD_TRACE_ID`, `UNKNOWN_STEP`, `BAD_DATA`).
 */
export function recordCheck(definition: DomainDefinition): (record: ClientRecord) => void {
  const checks = { definition, checkData: compileDataSchema(definition.dataSchema) };
  return (record) => checkContent(parseRecord(canonicalJson(record), definition.limits), checks);
}
