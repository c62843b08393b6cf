import type { Connections } from '../client/connections.js';
import { faultText } from '../client/faults.js';
import { rulesOfMasters, switchRules } from '../client/switch-rules.js';
import { EXIT, table, type Output } from './output.js';

/** `cotrace consortium rules`: which rules are in force and known; with a number, has those in force from the next block on. */
export async function consortiumRules(
  connections: Connections,
  rules: number | null,
  output: Output,
): Promise<number> {
  const masters = await rulesOfMasters(connections);
  const block = rules === null ? null : await switchRules(connections, rules, masters);
  const faults = connections.faults.list();
  const rows = masters.map(({ name, rules: inForce, knownRules }) => ({ name, inForce, knownRules }));
  output.result({ masters: rows, switchedTo: rules, block, faults }, () => [
    ...(block === null
      ? table([
          ['MASTER', 'IN FORCE', 'KNOWS UP TO'],
          ...rows.map(({ name, inForce, knownRules }) => [name, String(inForce), String(knownRules)]),
        ])
      : [
          `rules ${rules ?? ''} are in force from block ${block + 1n} on`,
          ...rows.flatMap(({ name, knownRules }) =>
            knownRules < (rules ?? 0) ? [`${name} does not know them, and stops there: update it`] : [],
          ),
        ]),
    ...faults.map(faultText),
  ]);
  return faults.length === 0 ? EXIT.done : EXIT.failed;
}
