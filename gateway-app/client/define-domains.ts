import {
  checkDefinition,
  defaultDomains,
  type DomainDefinition,
  parseStanding,
  REFUSAL_CODES,
  type StandingDefinition,
} from '@cotrace/chaincode';
import { canonicalJson, CotraceError, fromUtf8, isCotraceError, Shape, type JsonValue } from '@cotrace/core';
import { GatewayError } from '@hyperledger/fabric-gateway';
import type { Connections } from './connections.js';
import { type Difference, differences } from './definition-difference.js';
import { explained } from './gateway-answers.js';
import { refusalOf } from './refusal.js';
import type { DomainContract } from './wire.js';

/** What became of a definition: it stands now, in the place of another one or not; it stood there; or another one stands and stays. */
export type Defined = 'defined' | 'redefined' | 'already defined' | 'defined differently';

/** What became of a domain, and in what the new definition differs from the one that stood there before. */
export interface DefinedDomain {
  readonly name: string;
  readonly result: Defined;
  readonly differences: readonly Difference[];
}

/** How definitions are written. */
export interface DefineOptions {
  /** Whether a definition takes the place of another one; otherwise that stays. */
  readonly replace: boolean;
  /** Hears what is about to be replaced, before it is. */
  readonly before: (name: string, differences: readonly Difference[]) => void;
}

/**
 * Writes a domain's definition to the ledger, as an administrator, where it is not there already. Throws the gateway's
 * error, and `BAD_DEFINITION` where the peer's answer is none.
 */
export async function defineDomain(
  contract: DomainContract,
  definition: DomainDefinition,
  { replace, before }: DefineOptions,
): Promise<Omit<DefinedDomain, 'name'>> {
  const standing = await standingDefinition(contract);
  const changes = standing === null ? [] : differences(contentOf(standing), contentOf(definition));
  if (standing !== null && changes.length === 0) return { result: 'already defined', differences: [] };
  if (standing !== null && !replace) return { result: 'defined differently', differences: changes };
  if (standing !== null) before(definition.name, changes);
  try {
    await contract.submit({ name: 'define', args: [canonicalJson(definition)] });
  } catch (error) {
    if (refusalOf(error)?.code === 'DUPLICATE') return { result: 'already defined', differences: [] };
    throw error;
  }
  return { result: standing === null ? 'defined' : 'redefined', differences: changes };
}

/** The definition of a domain on the ledger; null where it has none. Throws as `defineDomain`. */
async function standingDefinition(contract: DomainContract): Promise<StandingDefinition | null> {
  try {
    return parseStanding(fromUtf8(await contract.evaluate({ name: 'readDefinition', args: [''] })));
  } catch (error) {
    if (refusalOf(error)?.code === 'NOT_DEFINED') return null;
    throw error;
  }
}

function contentOf({ name, records, called, steps, dataSchema, limits }: DomainDefinition): JsonValue {
  return JSON.parse(canonicalJson({ name, records, called, steps, dataSchema, limits })) as JsonValue;
}

/**
 * Writes definitions of domains, one after the other, as an administrator. Throws the contract's own code where it refuses
 * one, and `NOT_DEFINED` with each organisation's answer where Fabric fails; what was defined before that stays.
 */
export async function defineDomains(
  connections: Connections,
  definitions: readonly DomainDefinition[],
  options: DefineOptions,
): Promise<readonly DefinedDomain[]> {
  const results: DefinedDomain[] = [];
  for (const definition of definitions) {
    results.push({ name: definition.name, ...(await defineOne(connections, definition, options)) });
  }
  return results;
}

async function defineOne(
  connections: Connections,
  definition: DomainDefinition,
  options: DefineOptions,
): Promise<Omit<DefinedDomain, 'name'>> {
  const { name } = definition;
  try {
    return await defineDomain(connections.peer.contract(name), definition, options);
  } catch (error) {
    const refusal = refusalOf(error);
    if (error instanceof GatewayError && refusal === null) {
      const peer = connections.peerName;
      throw explained('NOT_DEFINED', `domain ${name} could not be defined`, { error, peer });
    }
    if (refusal === null) throw error;
    throw new CotraceError(refusal.code, `${name}: ${refusal.message}`, refusal.detail, error);
  }
}

/** The definitions of the default domains that are among `domains`. */
export function defaultDefinitions(domains: readonly string[]): readonly DomainDefinition[] {
  return defaultDomains.filter(({ name }) => domains.includes(name));
}

/**
 * The definition in a text, JSON, checked as the contract checks it. `path` names the text in errors; `domains` are those that
 * it may define, any where null. Throws `CONFIG` where it is not JSON, or its name is none of `domains`; `BAD_DEFINITION`, `TOO_LARGE`.
 */
export function readDefinition(
  text: string,
  path: string,
  domains: readonly string[] | null,
): DomainDefinition {
  const value = parsed(text, path);
  const source = { code: 'CONFIG', locate: () => path, evidence: { path } } as const;
  const name = new Shape(value, source).at('name');
  if (domains === null) name.text();
  else name.oneOf(domains);
  try {
    return checkDefinition(text);
  } catch (error) {
    const code = REFUSAL_CODES.find((one) => isCotraceError(error, one));
    if (code === undefined || !isCotraceError(error)) throw error;
    throw new CotraceError(code, `${path}: ${error.message}`, { ...error.detail, path }, error);
  }
}

function parsed(text: string, path: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new CotraceError('CONFIG', `${path} is not JSON`, { path }, cause);
  }
}
