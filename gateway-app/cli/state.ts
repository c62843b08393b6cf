import type { Connections } from '../client/connections.js';
import { readState } from '../client/read-state.js';
import { EXIT, type Output } from './output.js';

/** `cotrace state get DOMAIN KEY`: one key of a domain's state, from the own organisation's business node. */
export async function stateGet(
  connections: Connections,
  domain: string,
  typed: string,
  output: Output,
): Promise<number> {
  const { key, height, node, entry } = await readState(connections, domain, typed);
  if (entry === null) {
    output.result({ found: false, domain, key, height, node }, () => [
      `${domain} has no key ${key} at height ${height}`,
    ]);
    return EXIT.failed;
  }
  const { value, rev } = entry;
  output.result({ found: true, domain, key, value, rev, height, node }, () => [
    value,
    `rev ${rev}, height ${height}, from ${node}`,
  ]);
  return EXIT.done;
}
