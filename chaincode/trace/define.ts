import {
  canonicalJson,
  definitionKey,
  DOMAIN_KEY,
  equalBytes,
  fromUtf8,
  MAX_VERSIONS,
  utf8,
} from '@cotrace/core';
import type fabric from 'fabric-contract-api';
import { invokedChaincode } from '../invoked-chaincode.js';
import { isAdmin } from './caller.js';
import { checkDefinition } from './check-definition.js';
import { type DomainDefinition, parseStanding } from './definition.js';
import { Refusal } from '../refusal.js';
import type { Stub } from './state.js';

/** The answer of `define`. */
export interface Defined {
  readonly domain: string;
  readonly version: number;
}

/**
 * Writes what this domain is, in the place of what it was; each version stays under a key of its own. Only an administrator
 * of an organisation may, under the domain's endorsement policy, and only by a direct call under the name that the definition
 * has. Throws `BAD_DEFINITION`, `TOO_LARGE`, `NOT_ALLOWED`, `WRONG_DOMAIN`, and `DUPLICATE` where the same definition stands.
 */
export async function define(context: fabric.Context, text: string): Promise<Defined> {
  const definition = checkDefinition(text);
  const { name } = definition;
  const invoked = invokedChaincode(context.stub);
  if (name !== invoked) {
    throw new Refusal('WRONG_DOMAIN', `the definition of ${name} does not belong in ${invoked}`, {
      domain: name,
      chaincode: invoked,
    });
  }
  if (!isAdmin(context)) {
    throw new Refusal('NOT_ALLOWED', 'only an administrator of an organisation may define a domain');
  }
  const version = await nextVersion(context.stub, definition);
  const bytes = utf8(canonicalJson({ ...definition, version }));
  await context.stub.putState(DOMAIN_KEY, bytes);
  await context.stub.putState(definitionKey(version), bytes);
  return { domain: name, version };
}

async function nextVersion(stub: Stub, definition: DomainDefinition): Promise<number> {
  const { name: domain } = definition;
  const present = await stub.getState(DOMAIN_KEY);
  if (present.length === 0) return 1;
  const { version } = parseStanding(fromUtf8(present));
  if (equalBytes(present, utf8(canonicalJson({ ...definition, version })))) {
    throw new Refusal('DUPLICATE', `domain ${domain} already has this definition`, { domain, version });
  }
  if (version === MAX_VERSIONS) {
    throw new Refusal(
      'BAD_DEFINITION',
      `domain ${domain} has had ${version} definitions, which is the maximum`,
      {
        field: 'definition',
      },
    );
  }
  return version + 1;
}
