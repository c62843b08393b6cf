import { isArray, type JsonObject, type JsonValue } from '@cotrace/core';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { badSchema, judgeSchema } from './judge-schema.js';
import { Refusal } from '../refusal.js';
import { SchemaPattern } from './schema-pattern.js';

/** Checks a record's `data`. Throws `BAD_DATA`, naming the field; `TOO_LARGE` where it has too many values for its schema. */
export type DataCheck = (data: JsonObject) => void;

/** Most parts of a schema times values of data, each of which may be held against each: at most a second of work. */
const MAX_CHECKS = 10_000_000;

/**
 * Compiles the schema of a domain's data (JSON schema draft-07, strict: a misspelt keyword is an error, not
 * ignored; no `format`, which drafts leave to implementations), within the bounds of `judgeSchema`, so that data is
 * checked in time linear in it. Throws `BAD_DEFINITION`.
 */
export function compileDataSchema(schema: JsonObject): DataCheck {
  if ('$async' in schema) throw badSchema('', 'must not be asynchronous');
  const mostValues = Math.floor(MAX_CHECKS / judgeSchema(schema));
  const validate = compile(schema);
  return (data) => {
    if (countValues(data) > mostValues) {
      throw new Refusal(
        'TOO_LARGE',
        `record.data has more than ${mostValues} values, too many for its schema`,
        {
          field: 'record.data',
          max: mostValues,
        },
      );
    }
    if (validate(data)) return;
    const [error] = validate.errors ?? [];
    const field = fieldOf(error);
    throw new Refusal('BAD_DATA', `${field} ${saidOf(error)}`, {
      field,
      keyword: error?.keyword ?? null,
      params: error?.params ?? {},
    });
  };
}

const regExp = Object.assign((pattern: string) => new SchemaPattern(pattern), { code: 'schemaPattern' });

function compile(schema: JsonObject): ValidateFunction {
  try {
    // ownProperties: else a member named like a method of Object would count as there.
    return new Ajv({ strict: true, ownProperties: true, validateFormats: true, code: { regExp } }).compile(
      schema,
    );
  } catch (cause) {
    throw badSchema('', cause instanceof Error ? cause.message : 'cannot be compiled', cause);
  }
}

function countValues(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 1;
  const inner: readonly JsonValue[] = isArray(value) ? value : Object.values(value);
  return inner.reduce<number>((sum, item) => sum + countValues(item), 1);
}

/** What an error says of the member that it is about; Ajv's own words are about the object that holds it. */
function saidOf(error?: ErrorObject): string {
  if (error?.keyword === 'required') return 'is missing';
  if (error?.keyword === 'additionalProperties') return 'is not in the schema';
  return error?.message ?? 'is refused by the schema';
}

/** The member that an error is about, as a path from `record`. */
function fieldOf(error?: ErrorObject): string {
  const params: Readonly<Record<string, unknown>> = error?.params ?? {};
  const member = params['missingProperty'] ?? params['additionalProperty'] ?? params['propertyName'];
  const segments = (error?.instancePath ?? '').split('/').slice(1);
  const path = segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (typeof member === 'string') path.push(member);
  return `record.data${path.map((name) => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`)).join('')}`;
}
