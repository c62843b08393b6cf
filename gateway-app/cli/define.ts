import { exampleDefinition } from '@cotrace/chaincode';
import { CotraceError } from '@cotrace/core';
import type { Connections } from '../client/connections.js';
import { defaultDefinitions, defineDomains, readDefinition } from '../client/define-domains.js';
import { differenceText } from '../client/definition-difference.js';
import { EXIT, type Output } from './output.js';
import { readText } from './read-text.js';

/**
 * `cotrace define [FILE…]`: says in what a definition differs from the one on the ledger before it takes that one's place.
 * Without files, built-in definitions are written where a domain has none; exit code 1 where one has another, which stays.
 * Throws `CONFIG`, and the contract's own code where a definition is refused.
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
  const results = await defineDomains(connections, definitions, {
    replace: files.length > 0,
    before: (name, differences) => {
      output.progress(`${name} is redefined:`);
      for (const one of differences) output.progress(`  ${differenceText(one)}`);
    },
  });
  const without = domains.filter((domain) => !definitions.some(({ name }) => name === domain));
  output.result({ results, without }, () => [
    ...results.map(({ name, result }) => `${name}: ${result}`),
    ...(files.length === 0 ? without.map((name) => `${name}: no built-in definition; give a file`) : []),
  ]);
  return results.every(({ result }) => result !== 'defined differently') ? EXIT.done : EXIT.failed;
}

/** `cotrace define --check FILE…`: whether the contract would take the definitions. Throws as `define` does, and `CONFIG` without files. */
export function checkDefinitions(files: readonly string[], output: Output): number {
  if (files.length === 0) throw new CotraceError('CONFIG', 'no file is named: cotrace define --check FILE');
  const checked = files.map((file) => ({ file, domain: readDefinition(readText(file), file, null).name }));
  output.result({ checked }, () =>
    checked.map(({ file, domain }) => `${file}: a definition of ${domain} that the contract takes`),
  );
  return EXIT.done;
}

/** `cotrace define --example`. */
export function printExample(output: Output): number {
  output.result(exampleDefinition, () => JSON.stringify(exampleDefinition, null, 2).split('\n'));
  return EXIT.done;
}
