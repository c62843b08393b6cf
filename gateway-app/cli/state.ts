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
  const { key, height, consistentUpTo, node, entry } = await readState(connections, domain, typed);
  if (entry === null) {
    output.result({ found: false, domain, key, height, consistentUpTo, node }, () => [
      `${domain} has no key ${key} at height ${height}`,
    ]);
    return EXIT.failed;
  }
  const { value, rev } = entry;
  output.result({ found: true, domain, key, value, rev, height, consistentUpTo, node }, () => [
    value,
    `rev ${rev}, height ${height}, from ${node}${consistentText(consistentUpTo)}`,
  ]);
  return EXIT.done;
}

/** Before the first cycle is sealed there is nothing to say. */
function consistentText(upTo: bigint): string {
  return upTo === 0n ? '' : `, whose state was what was sealed at the end of cycle ${upTo}`;
}
