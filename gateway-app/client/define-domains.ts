import { defaultDomains, type DomainDefinition } from '@cotrace/chaincode';
import { canonicalJson, CotraceError, Shape, type JsonValue } from '@cotrace/core';
import { GatewayError } from '@hyperledger/fabric-gateway';
import type { Connections } from './connections.js';
import { explained } from './gateway-answers.js';
import { refusalOf } from './refusal.js';
import type { DomainContract } from './wire.js';

/** What became of a definition: it stands now, it stood there, or another one stands and stays. */
export type Defined = 'defined' | 'already defined' | 'defined otherwise';

/** Writes a domain's definition to the ledger, as an administrator. Throws the gateway's error for anything else. */
export async function defineDomain(contract: DomainContract, definition: DomainDefinition): Promise<Defined> {
  try {
    await contract.submit({ name: 'define', args: [canonicalJson(definition)] });
    return 'defined';
  } catch (error) {
    const code = refusalOf(error)?.code;
    if (code === 'DUPLICATE') return 'already defined';
    if (code === 'ALREADY_DEFINED') return 'defined otherwise';
    throw error;
  }
}

/**
 * Writes definitions of domains, one after the other, as an administrator. Throws the contract's own code where it refuses
 * one, and `NOT_DEFINED` with each organisation's answer where Fabric fails; what was defined before that stays.
 */
export async function defineDomains(
  connections: Connections,
  definitions: readonly DomainDefinition[],
): Promise<readonly { readonly name: string; readonly result: Defined }[]> {
  const results: { readonly name: string; readonly result: Defined }[] = [];
  for (const definition of definitions) {
    const { name } = definition;
    results.push({ name, result: await defineOne(connections, definition) });
  }
  return results;
}

async function defineOne(connections: Connections, definition: DomainDefinition): Promise<Defined> {
  const { name } = definition;
  try {
    return await defineDomain(connections.peer.contract(name), definition);
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
 * The definition in a text, JSON; all but its name is for the contract to check. `path` names the text in errors. Throws
 * `CONFIG` where its name is none of `domains`.
 */
export function readDefinition(text: string, path: string, domains: readonly string[]): DomainDefinition {
  const value = parsed(text, path);
  const source = { code: 'CONFIG', locate: () => path, evidence: { path } } as const;
  new Shape(value, source).at('name').oneOf(domains);
  return value as unknown as DomainDefinition;
}

function parsed(text: string, path: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new CotraceError('CONFIG', `${path} is not JSON`, { path }, cause);
  }
}
