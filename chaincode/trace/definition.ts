import { MemberReader, parseArgument } from './members.js';
import type { JsonObject } from './record.js';

/** Most identifiers that a record may touch, in any domain: each is a row to read and to write. */
export const MAX_IDENTIFIERS = 1000;

/**
 * Most bytes of a record's JSON text, in any domain. A transaction carries the record twice (as argument and as
 * write) and hints of about 700 bytes for each of 1,000 identifiers: under 3 MiB, far below Fabric's default
 * AbsoluteMaxBytes of 10 MiB.
 */
export const MAX_RECORD_BYTES = 1024 * 1024;

/** Most bytes of a definition's JSON text. */
export const MAX_DEFINITION_BYTES = 256 * 1024;

const MAX_STEPS = 1000;

/** Which business steps a domain takes. */
export interface StepRule {
  /** Words of the Core Business Vocabulary, or URIs, that are taken as they are. */
  readonly words: readonly string[];
  /** Whether any URI from outside the Core Business Vocabulary is taken. */
  readonly uris: boolean;
  /** Whether a record may have no step. */
  readonly none: boolean;
}

/** What a domain takes. It stands on the ledger, under `meta/domain`, and every call reads it there. */
export interface DomainDefinition {
  /** The domain, which is the chaincode's name on the channel. */
  readonly name: string;
  readonly steps: StepRule;
  /** JSON schema (draft-07) of a record's `data`. */
  readonly dataSchema: JsonObject;
  readonly limits: {
    /** Most identifiers a record, 1…`MAX_IDENTIFIERS`. */
    readonly identifiers: number;
    /** Most bytes of a record's JSON text as the client sends it, 1…`MAX_RECORD_BYTES`. */
    readonly recordBytes: number;
  };
}

/** The definition in the argument of `define`. Throws `BAD_DEFINITION`, `TOO_LARGE`; the schema is not compiled here. */
export function parseDefinition(text: string): DomainDefinition {
  const value = parseArgument(text, MAX_DEFINITION_BYTES, 'definition', 'BAD_DEFINITION');
  const read = new MemberReader('BAD_DEFINITION');
  const definition = read.object(value, 'definition', ['name', 'steps', 'dataSchema', 'limits']);
  const steps = read.object(definition.steps, 'definition.steps', ['words', 'uris', 'none']);
  const limits = read.object(definition.limits, 'definition.limits', ['identifiers', 'recordBytes']);
  const words = read
    .array(steps.words, 'definition.steps.words', MAX_STEPS)
    .map((word, i) =>
      read.text(word, `definition.steps.words[${i}]`, 256, /^[\x21-\x7e]+$/, 'a word or a URI'),
    );
  if (new Set(words).size !== words.length) read.refuse('definition.steps.words', 'free of repetitions');
  return {
    // Fabric's rule for chaincode names (core/chaincode/lifecycle/scc.go).
    name: read.text(
      definition.name,
      'definition.name',
      64,
      /^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$/,
      'a chaincode name',
    ),
    steps: {
      words,
      uris: read.boolean(steps.uris, 'definition.steps.uris'),
      none: read.boolean(steps.none, 'definition.steps.none'),
    },
    dataSchema: read.anyObject(definition.dataSchema, 'definition.dataSchema'),
    limits: {
      identifiers: read.integer(limits.identifiers, 'definition.limits.identifiers', 1, MAX_IDENTIFIERS),
      recordBytes: read.integer(limits.recordBytes, 'definition.limits.recordBytes', 1, MAX_RECORD_BYTES),
    },
  };
}
