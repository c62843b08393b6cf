import type { Connections } from '../client/connections.js';
import { defaultDefinitions, defineDomains, readDefinition } from '../client/define-domains.js';
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
      ? files.map((file) => readDefinition(readText(file), file, domains))
      : defaultDefinitions(domains);
  const results = await defineDomains(connections, definitions);
  const without = domains.filter((domain) => !definitions.some(({ name }) => name === domain));
  output.result({ results, without }, () => [
    ...results.map(({ name, result }) => `${name}: ${result}`),
    ...(files.length === 0 ? without.map((name) => `${name}: no definition of ours; give a file`) : []),
  ]);
  return results.every(({ result }) => result !== 'defined otherwise') ? EXIT.done : EXIT.failed;
}
