import { canonicalJson, type ClientRecord } from '@cotrace/core';
import { compileDataSchema } from './data-schema.js';
import type { DomainDefinition } from './definition.js';
import { parseRecord } from './parse-record.js';
import { checkStep } from './step.js';

/**
 * What the contract of a domain checks of a record by the definition alone: form and limits, step and data. What depends on
 * the ledger is left. The check throws the refusal (`BAD_RECORD`, `TOO_LARGE`, `BAD_TRACE_ID`, `UNKNOWN_STEP`, `BAD_DATA`).
 */
export function recordCheck({
  name,
  steps,
  dataSchema,
  limits,
}: DomainDefinition): (record: ClientRecord) => void {
  const checkData = compileDataSchema(dataSchema);
  return (record) => {
    const { step, data } = parseRecord(canonicalJson(record), limits);
    checkStep(step, steps, name);
    checkData(data);
  };
}
