import { MAX_IDENTIFIERS, MAX_RECORD_BYTES, Shape, type JsonObject } from '@cotrace/core';
import { asRefusal, parseArgument } from './arguments.js';

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
  return asRefusal(() => {
    const value = parseArgument(text, MAX_DEFINITION_BYTES, 'definition', 'BAD_DEFINITION');
    const source = { code: 'BAD_DEFINITION', name: 'definition', tooLarge: 'TOO_LARGE' } as const;
    const root = new Shape(value, source).only(['name', 'steps', 'dataSchema', 'limits']);
    const steps = root.at('steps').only(['words', 'uris', 'none']);
    const limits = root.at('limits').only(['identifiers', 'recordBytes']);
    const words = steps
      .at('words')
      .items(MAX_STEPS)
      .map((word) => word.text({ rule: 'a word or a URI', like: /^[\x21-\x7e]+$/, most: 256 }));
    if (new Set(words).size !== words.length) steps.at('words').fail('lists an item twice');
    return {
      // Fabric's rule for chaincode names (core/chaincode/lifecycle/scc.go).
      name: root
        .at('name')
        .text({ rule: 'a chaincode name', like: /^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$/, most: 64 }),
      steps: { words, uris: steps.at('uris').boolean(), none: steps.at('none').boolean() },
      dataSchema: root.at('dataSchema').object(),
      limits: {
        identifiers: limits.at('identifiers').integer(1, MAX_IDENTIFIERS),
        recordBytes: limits.at('recordBytes').integer(1, MAX_RECORD_BYTES),
      },
    };
  });
}
