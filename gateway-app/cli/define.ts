import { defaultDomains, type DomainDefinition } from '@cotrace/chaincode';
import { CotraceError } from '@cotrace/core';
import { GatewayError } from '@hyperledger/fabric-gateway';
import type { Connections } from '../client/connections.js';
import { defineDomain, type Defined } from '../client/define-domain.js';
import { explained } from '../client/gateway-answers.js';
import { refusalOf } from '../client/refusal.js';
import { EXIT, type Output } from './output.js';
import { readText } from './read-text.js';

/**
 * `cotrace define [FILE…]`: exit code 1 where a domain has another definition, which stays. Throws `CONFIG`, and the
 * contract's own code where it refuses a definition.
 */
export async function define(
  connections: Connections,
  files: readonly string[],
  output: Output,
): Promise<number> {
  const { domains } = connections.context.consortium;
  const definitions =
    files.length > 0
      ? files.map((file) => definitionOf(file, domains))
      : defaultDomains.filter(({ name }) => domains.includes(name));
  const results: { readonly name: string; readonly result: Defined }[] = [];
  for (const definition of definitions) {
    const { name } = definition;
    results.push({ name, result: await defineOne(connections, definition) });
  }
  const without = domains.filter((domain) => !definitions.some(({ name }) => name === domain));
  output.result({ results, without }, () => [
    ...results.map(({ name, result }) => `${name}: ${result}`),
    ...(files.length === 0 ? without.map((name) => `${name}: no built-in definition; give a file`) : []),
  ]);
  return results.every(({ result }) => result !== 'defined otherwise') ? EXIT.done : EXIT.failed;
}

async function defineOne({ main, context }: Connections, definition: DomainDefinition): Promise<Defined> {
  try {
    return await defineDomain(main.getContract(definition.name), definition);
  } catch (error) {
    const refusal = refusalOf(error);
    if (error instanceof GatewayError && refusal === null) {
      const peer = `the peer of ${context.organisation.name} (${context.organisation.peer.address})`;
      throw explained('NOT_DEFINED', `domain ${definition.name} could not be defined`, { error, peer });
    }
    if (refusal === null) throw error;
    throw new CotraceError(refusal.code, `${definition.name}: ${refusal.message}`, refusal.detail, error);
  }
}

/** The definition in a file; all but its name is for the contract to check. */
function definitionOf(file: string, domains: readonly string[]): DomainDefinition {
  const value = jsonOf(file);
  const name = typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined;
  if (typeof name === 'string' && domains.includes(name)) return value as DomainDefinition;
  throw new CotraceError(
    'CONFIG',
    `${file} must be a definition whose name is one of ${domains.join(', ')}`,
    { path: file },
  );
}

function jsonOf(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CotraceError('CONFIG', `${file} is not JSON`, { path: file }, cause);
  }
}
