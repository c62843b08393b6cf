import { expectedBy, otherSettings, type MasterChecking } from '../client/checking-status.js';
import type { Connections } from '../client/connections.js';
import { nodeStatus, type NodeRow } from '../client/node-rows.js';
import { bytes, EXIT, table, type Output } from './output.js';

/** `cotrace nodes`: exit code 1 where a node is not well, no quorum is there, or the own organisation's peer is away. */
export async function nodes(connections: Connections, output: Output): Promise<number> {
  const { rows, quorum, peerIsAway, isWell } = await nodeStatus(connections);
  output.result(rows, () => [
    ...table([
      ['NODE', 'ROLE', 'STATE', 'HEIGHT', 'LAG', 'CYCLE', 'STORE', 'DOCKED AT'],
      ...rows.map((row) => [
        row.name,
        row.role,
        row.state,
        row.height === null ? '-' : String(row.height),
        lagText(row.lag, row.behindSeconds),
        cycleText(row),
        row.storeBytes === null ? '-' : bytes(row.storeBytes),
        row.dockedAt ?? '',
      ]),
    ]),
    ...(peerIsAway ? [`lag is unknown: the peer of ${connections.context.organisation.name} is away`] : []),
    ...rows.flatMap(({ name, reason }) => (reason === '' ? [] : [`${name}: ${reason}`])),
    ...(quorum === null ? [] : [quorum]),
    ...checkingLines(rows),
    ...rows.flatMap(({ name, refusals }) => refusals.map((refusal) => refusalText(name, refusal))),
  ]);
  return isWell ? EXIT.done : EXIT.failed;
}

function lagText(lag: bigint | null, behindSeconds: number | null): string {
  if (lag === null) return '-';
  return behindSeconds === null || behindSeconds === 0 ? String(lag) : `${lag} (${behindSeconds} s)`;
}

/** Of a business node the newest cycle at whose end its state is what was sealed; of a master, those it knows sealed and computed. */
function cycleText({ consistentUpTo, checking }: NodeRow): string {
  if (checking === null) return consistentUpTo === null ? '-' : String(consistentUpTo);
  const { computed, sealed } = checking;
  return computed === sealed ? String(sealed) : `${sealed} of ${computed}`;
}

/** Who is to have the next cycle sealed, who diverged, and whose settings are others. */
function checkingLines(rows: readonly NodeRow[]): string[] {
  const masters = rows.flatMap(({ name, state, checking }) =>
    checking === null ? [] : [{ name, state, checking }],
  );
  const expected = [...expectedBy(masters)];
  const { usual, others } = otherSettings(masters);
  return [
    ...expected.map(([mspId, names]) =>
      expected.length === 1
        ? `${mspId} is expected to have the next cycle sealed`
        : `${mspId} is expected to have the next cycle sealed, as ${names.join(', ')} says`,
    ),
    // The reason of a master whose state is `diverged` says it already.
    ...masters.flatMap(({ name, state, checking: { diverged } }) =>
      diverged === '' || state === 'diverged'
        ? []
        : [`${name}: a quorum sealed another header than its own: ${diverged}`],
    ),
    ...others.map(
      ({ name, checking: { settings } }) =>
        `${name} has other settings than most masters: ${settingsText(settings)}, not ${settingsText(usual ?? settings)}`,
    ),
  ];
}

function settingsText({ checkingHeight, t1Ms, t2Ms }: MasterChecking['settings']): string {
  return `checkingHeight ${checkingHeight}, t1 ${t1Ms / 1000} s, t2 ${t2Ms / 1000} s`;
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
