import { fromUtf8 } from '@cotrace/core';
import type { Checks } from './check-record.js';
import { compileDataSchema } from './data-schema.js';
import { parseStanding, type StandingDefinition } from './definition.js';

/** A domain as the ledger defines it, ready for use. */
export interface Domain extends Checks {
  readonly definition: StandingDefinition;
}

/** One process serves all domains of an organisation, on a few channels. */
const MAX_DOMAINS = 64;

/**
 * Domains by the bytes of their definition: parsing and compiling a schema costs milliseconds, and nothing but
 * those bytes decides the result, so that every endorser answers alike.
 */
export class DomainCache {
  readonly #domains = new Map<string, Domain>();

  /** The domain that the bytes under `meta/domain` define. */
  get(bytes: Uint8Array): Domain {
    const text = fromUtf8(bytes);
    const known = this.#domains.get(text);
    if (known !== undefined) return known;
    const definition = parseStanding(text);
    const domain = { definition, checkData: compileDataSchema(definition.dataSchema) };
    if (this.#domains.size >= MAX_DOMAINS) this.#domains.clear();
    this.#domains.set(text, domain);
    return domain;
  }
}
