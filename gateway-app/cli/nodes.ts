import type { Connections } from '../client/connections.js';
import { nodeStatus, type NodeRow } from '../client/node-rows.js';
import { bytes, EXIT, table, type Output } from './output.js';

/** `cotrace nodes`: exit code 1 where a node is not well, no quorum is there, or the own organisation's peer is away. */
export async function nodes(connections: Connections, output: Output): Promise<number> {
  const { rows, quorum, peerIsAway, isWell } = await nodeStatus(connections);
  output.result(rows, () => [
    ...table([
      ['NODE', 'ROLE', 'STATE', 'HEIGHT', 'LAG', 'STORE', 'DOCKED AT'],
      ...rows.map(({ name, role, state, height, lag, behindSeconds, storeBytes, dockedAt }) => [
        name,
        role,
        state,
        height === null ? '-' : String(height),
        lagText(lag, behindSeconds),
        storeBytes === null ? '-' : bytes(storeBytes),
        dockedAt ?? '',
      ]),
    ]),
    ...(peerIsAway ? [`lag is unknown: the peer of ${connections.context.organisation.name} is away`] : []),
    ...rows.flatMap(({ name, reason }) => (reason === '' ? [] : [`${name}: ${reason}`])),
    ...(quorum === null ? [] : [quorum]),
    ...rows.flatMap(({ name, refusals }) => refusals.map((refusal) => refusalText(name, refusal))),
  ]);
  return isWell ? EXIT.done : EXIT.failed;
}

function lagText(lag: bigint | null, behindSeconds: number | null): string {
  if (lag === null) return '-';
  return behindSeconds === null || behindSeconds === 0 ? String(lag) : `${lag} (${behindSeconds} s)`;
}

function refusalText(
  name: string,
  { block, source, code, reason, times, first, last }: NodeRow['refusals'][number],
): string {
  const often = times === 1 ? `at ${time(first)}` : `${times} times from ${time(first)} to ${time(last)}`;
  return `${name} refused block ${block} of ${source} ${often}: [${code}] ${reason}`;
}

/** Node clocks may say anything that fits 64 bits. */
function time(unixSeconds: bigint): string {
  return unixSeconds < 253_402_300_800n
    ? new Date(Number(unixSeconds) * 1000).toISOString().replace('.000', '')
    : `second ${unixSeconds}`;
}
