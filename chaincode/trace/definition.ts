import { MAX_IDENTIFIERS, MAX_RECORD_BYTES, MAX_VERSIONS, Shape, type JsonObject } from '@cotrace/core';
import { asRefusal, parseArgument } from './arguments.js';

/** Most bytes of a definition's JSON text. */
export const MAX_DEFINITION_BYTES = 256 * 1024;

const MAX_STEPS = 1000;

/** The form of records that this contract writes. */
export const RECORDS = 2;

/** Who may call `capture`: clients alone, or other chaincodes for them as well. */
export const CALLED = ['directly', 'by chaincodes'] as const;

/** Which business steps a domain takes. */
export interface StepRule {
  /** Words of the Core Business Vocabulary, or URIs, that are taken as they are. */
  readonly words: readonly string[];
  /** Whether any URI from outside the Core Business Vocabulary is taken. */
  readonly uris: boolean;
  /** Whether a record may have no step. */
  readonly none: boolean;
}

/** What a domain takes, as an administrator defines it. */
export interface DomainDefinition {
  /** The domain, which is the chaincode's name on the channel. */
  readonly name: string;
  /** The form of its records: this contract knows one. */
  readonly records: typeof RECORDS;
  /** `directly` where a definition leaves it out. */
  readonly called: (typeof CALLED)[number];
  readonly steps: StepRule;
  /** JSON schema (draft-07) of a record's `data`. */
  readonly dataSchema: JsonObject;
  readonly limits: {
    /** Most identifiers of a record with a row, and most with a mark, 1…`MAX_IDENTIFIERS`. */
    readonly identifiers: number;
    /** Most bytes of a record's JSON text as the client sends it, 1…`MAX_RECORD_BYTES`. */
    readonly recordBytes: number;
  };
}

/** A definition as it is on the ledger, under `meta/domain`, where every call reads it. */
export interface StandingDefinition extends DomainDefinition {
  /** Counts the definitions that the domain has had, from 1. */
  readonly version: number;
}

const MEMBERS = ['name', 'records', 'called', 'steps', 'dataSchema', 'limits'];

/** The definition in the argument of `define`. Throws `BAD_DEFINITION`, `TOO_LARGE`; the schema is not compiled here. */
export function parseDefinition(text: string): DomainDefinition {
  return asRefusal(() => definitionIn(shapeOf(text).only(MEMBERS)));
}

/** The definition in a text from the ledger. Throws as `parseDefinition`. */
export function parseStanding(text: string): StandingDefinition {
  return asRefusal(() => {
    const root = shapeOf(text).only([...MEMBERS, 'version']);
    return { ...definitionIn(root), version: root.at('version').integer(1, MAX_VERSIONS) };
  });
}

function shapeOf(text: string): Shape {
  const value = parseArgument(text, MAX_DEFINITION_BYTES, 'definition', 'BAD_DEFINITION');
  return new Shape(value, { code: 'BAD_DEFINITION', name: 'definition', tooLarge: 'TOO_LARGE' });
}

function definitionIn(root: Shape): DomainDefinition {
  const steps = root.at('steps').only(['words', 'uris', 'none']);
  const limits = root.at('limits').only(['identifiers', 'recordBytes']);
  const words = steps
    .at('words')
    .items(MAX_STEPS)
    .map((word) => word.text({ rule: 'a word or a URI', like: /^[\x21-\x7e]+$/, most: 256 }));
  if (new Set(words).size !== words.length) steps.at('words').fail('lists an item twice');
  root.at('records').integer(RECORDS, RECORDS);
  return {
    // Fabric's rule for chaincode names (core/chaincode/lifecycle/scc.go).
    name: root
      .at('name')
      .text({ rule: 'a chaincode name', like: /^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$/, most: 64 }),
    records: RECORDS,
    called: root.optional('called')?.oneOf(CALLED) ?? 'directly',
    steps: { words, uris: steps.at('uris').boolean(), none: steps.at('none').boolean() },
    dataSchema: root.at('dataSchema').object(),
    limits: {
      identifiers: limits.at('identifiers').integer(1, MAX_IDENTIFIERS),
      recordBytes: limits.at('recordBytes').integer(1, MAX_RECORD_BYTES),
    },
  };
}
