import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bytes, table } from '@cotrace/gateway-app';
import { caughtUp, withNetwork, type BenchNetwork } from './bench-network.js';
import { captureEvents } from './capture-events.js';
import { captureLoad, type LoadResult } from './capture-load.js';
import { timed, type Figures } from './figures.js';
import type { Bench } from './main.js';
import { canWatch, usageOf } from './process-usage.js';
import { storeBytes } from './store-bytes.js';
import { say } from './output.js';

/** The default network, its batch timeout written out. */
const TOPOLOGY = 'batch: { timeout: 200ms }\n';
const IN_FLIGHT = [1, 64] as const;
/** Records captured before anything is timed: code is compiled and connections are made by then. */
const WARM_UP = 1000;
/** One at a time, a record waits for a block of its own: fewer of them do. */
const RECORDS_OF_ONE = 50;

const NOT_MEASURED = [
  'other machines and their network: every process and the client run here, on the cores named above',
  'a ledger per peer: the embedded network keeps one for all of its peers, and that is what is counted',
  'the disk: every block is synced to it, but how long that takes is this machine’s',
  'write-ahead logs: stores are compacted before they are measured',
];

/** Acceptance: what capturing costs, with one and with 64 records in flight. */
export const captureBench: Bench = {
  summary:
    'throughput, latency, CPU, memory and storage of capturing on the default network [--records N, default 2000]',
  run: async (args, signal) => {
    const { values } = parseArgs({
      args: [...args],
      options: { records: { type: 'string', default: '2000' } },
    });
    const records = Number(values.records);
    if (!Number.isInteger(records) || records < 1)
      throw new Error('--records must be a whole number from 1 on');
    await withNetwork({ topology: TOPOLOGY, backend: 'devnet' }, signal, (network) =>
      measure(network, records, signal),
    );
  },
};

async function measure(network: BenchNetwork, records: number, signal: AbortSignal): Promise<void> {
  const { connections } = network;
  say(`network up after ${network.upSeconds.toFixed(1)} s; capturing ${WARM_UP} records to warm up …`);
  const loads = [await captureLoad(connections, captureEvents('W', WARM_UP), 64, signal)];
  await caughtUp(network);
  const figures: Figures[] = [];
  for (const inFlight of IN_FLIGHT) {
    const count = inFlight === 1 ? Math.min(RECORDS_OF_ONE, records) : records;
    say(`capturing ${count} records with ${inFlight} in flight …`);
    const document = captureEvents(`F${inFlight}`, count);
    const { load, figures: measured } = await timed(network, inFlight, () =>
      captureLoad(connections, document, inFlight, signal),
    );
    loads.push(load);
    figures.push(measured);
  }
  const memory = new Map([...usageOf(network.processes)].map(([name, usage]) => [name, usage.memory]));
  await network.down();
  report(network, figures, memory, await bytesPerRecord(network, loads));
}

/** Bytes per record, by kind of store: in a business node per record of its domain. The network must be down. */
async function bytesPerRecord(
  { workspace }: BenchNetwork,
  loads: readonly LoadResult[],
): Promise<Readonly<Record<string, number>>> {
  const domains = new Set(loads.flatMap(({ byDomain }) => [...byDomain.keys()]));
  const recordsOf = (domain: string) =>
    loads.reduce((sum, load) => sum + (load.byDomain.get(domain) ?? 0), 0);
  const records = loads.reduce((sum, load) => sum + load.records, 0);
  const sums = new Map<string, { bytes: number; records: number }>();
  const add = (kind: string, size: number, held: number) => {
    const sum = sums.get(kind) ?? { bytes: 0, records: 0 };
    sums.set(kind, { bytes: sum.bytes + size, records: sum.records + held });
  };
  const ledgers = await storeBytes(join(workspace.devnet, 'ledgers'));
  add('ledger', ledgers.get('main') ?? 0, records);
  for (const [name, size] of await storeBytes(workspace.path('nodes'))) {
    const domain = name.slice(name.indexOf('.') + 1);
    if (domains.has(domain)) add('business node', size, recordsOf(domain));
    else add('master', size, records);
  }
  return Object.fromEntries([...sums].map(([kind, sum]) => [kind, Math.round(sum.bytes / sum.records)]));
}

function report(
  { processes, upSeconds }: BenchNetwork,
  figures: readonly Figures[],
  memory: ReadonlyMap<string, number>,
  storedBytes: Readonly<Record<string, number>>,
): void {
  const [cpu] = cpus();
  const machine = { cores: cpus().length, model: cpu?.model ?? 'unknown', node: process.version };
  say(`\n${machine.cores} cores (${machine.model}), Node ${machine.node}, batch timeout 200 ms\n`);
  say(
    table([
      ['IN FLIGHT', 'RECORDS', 'TX/S', 'P50 MS', 'P95 MS', 'CPU MS/TX'],
      ...figures.map((one) => [
        String(one.inFlight),
        String(one.records),
        one.txPerSecond.toFixed(1),
        one.p50.toFixed(0),
        one.p95.toFixed(0),
        one.cpuTotal?.toFixed(2) ?? '-',
      ]),
    ]),
  );
  if (canWatch) {
    say('');
    say(
      table([
        ['PROCESS', ...figures.map(({ inFlight }) => `CPU MS/TX, ${inFlight} IN FLIGHT`), 'MEMORY'],
        ...processes.map(({ name }) => [
          name,
          ...figures.map(({ cpu: of }) => (of?.[name] ?? 0).toFixed(2)),
          bytes(memory.get(name) ?? 0),
        ]),
      ]),
    );
  }
  say('');
  say(
    table([
      ['STORE', 'BYTES/RECORD'],
      ...Object.entries(storedBytes).map(([kind, size]) => [kind, String(size)]),
    ]),
  );
  const notMeasured = [
    ...NOT_MEASURED,
    ...(canWatch ? [] : ['CPU and memory: this system has no /proc to read them from']),
  ];
  say(`\nNot measured:\n${notMeasured.map((line) => `- ${line}`).join('\n')}\n`);
  say(
    JSON.stringify({
      bench: 'capture',
      machine,
      upSeconds,
      figures,
      memory: Object.fromEntries(memory),
      storedBytes,
      notMeasured,
    }),
  );
}
