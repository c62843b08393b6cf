import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import type { JsonObject } from './record.js';
import { Refusal } from './refusal.js';

/** Checks a record's `data`. Throws `BAD_DATA`, naming the field. */
export type DataCheck = (data: JsonObject) => void;

/**
 * Compiles the schema of a domain's data (JSON schema draft-07, strict: a misspelt keyword is an error, not
 * ignored; no `format`, which drafts leave to implementations). Throws `BAD_DEFINITION`.
 */
export function compileDataSchema(schema: JsonObject): DataCheck {
  const validate = compile(schema);
  return (data) => {
    if (validate(data)) return;
    const [error] = validate.errors ?? [];
    const field = fieldOf(error);
    throw new Refusal('BAD_DATA', `${field} ${error?.message ?? 'is refused by the schema'}`, {
      field,
      keyword: error?.keyword ?? null,
      params: error?.params ?? {},
    });
  };
}

function compile(schema: JsonObject): ValidateFunction {
  if ('$async' in schema) throw badSchema('must not be asynchronous');
  try {
    // ownProperties: else a member named like a method of Object would count as there.
    return new Ajv({ strict: true, ownProperties: true, validateFormats: true }).compile(schema);
  } catch (cause) {
    throw badSchema(cause instanceof Error ? cause.message : 'cannot be compiled', cause);
  }
}

function badSchema(why: string, cause?: unknown): Refusal {
  const field = 'definition.dataSchema';
  return new Refusal('BAD_DEFINITION', `${field}: ${why}`, { field }, cause);
}

/** The member that an error is about, as a path from `record`. */
function fieldOf(error: ErrorObject | undefined): string {
  const params: Readonly<Record<string, unknown>> = error?.params ?? {};
  const member = params['missingProperty'] ?? params['additionalProperty'] ?? params['propertyName'];
  const segments = (error?.instancePath ?? '').split('/').slice(1);
  const path = segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (typeof member === 'string') path.push(member);
  return `record.data${path.map((name) => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`)).join('')}`;
}
