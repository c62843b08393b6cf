import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { table, type BackendName } from '@cotrace/gateway-app';
import { caughtUp, withNetwork, type BenchNetwork } from './bench-network.js';
import { captureEvents } from './capture-events.js';
import { captureLoad } from './capture-load.js';
import { timed, type Figures } from './figures.js';
import type { Bench } from './main.js';
import { plainLoad } from './plain-load.js';
import { say } from './output.js';

const TOPOLOGY = 'batch: { timeout: 200ms }\n';
const IN_FLIGHT = 64;
const WARM_UP = 500;
/** One at a time, a record waits for a block of its own: fewer of them do. */
const RECORDS_OF_ONE = 20;

const NOT_MEASURED = [
  'other machines and their network: every process and the client run here, on the cores named above',
  'several rounds: each line is one load, the networks one after the other; trust CPU per transaction more than throughput',
];

/** To what a process belongs; the first that fits. */
const KINDS: readonly (readonly [string, RegExp])[] = [
  ['Fabric', /^(?:devnet$|fabric\.|orderer)/],
  ['chaincode', /\.chaincode$/],
  ['masters', /\.master$/],
  ['business nodes', /\.business$/],
  ['client', /^client$/],
];

interface Line extends Figures {
  readonly backend: BackendName;
  readonly subject: 'Cotrace' | 'plain Fabric';
}

/** What capturing costs on the embedded network and on Fabric, and what the sidecars and nodes add. */
export const backendsBench: Bench = {
  summary:
    'capturing on the embedded network and on real Fabric (FABRIC_BIN), with and without our nodes [--records N, default 1000]',
  run: async (args, signal) => {
    const { values } = parseArgs({
      args: [...args],
      options: { records: { type: 'string', default: '1000' } },
    });
    const records = Number(values.records);
    if (!Number.isInteger(records) || records < 1)
      throw new Error('--records must be a whole number from 1 on');
    const lines: Line[] = [];
    for (const backend of ['devnet', 'fabric'] as const) {
      await withNetwork({ topology: TOPOLOGY, backend }, signal, async (network) => {
        lines.push(...(await measure(network, backend, records, signal)));
      });
    }
    report(lines);
  },
};

async function measure(
  network: BenchNetwork,
  backend: BackendName,
  records: number,
  signal: AbortSignal,
): Promise<Line[]> {
  const { connections } = network;
  say(`${backend} up after ${network.upSeconds.toFixed(1)} s; capturing ${WARM_UP} records to warm up …`);
  await captureLoad(connections, captureEvents('W', WARM_UP), IN_FLIGHT, signal);
  await caughtUp(network);
  const lines: Line[] = [];
  const cotrace = async (run: string, count: number, inFlight: number) => {
    say(`${backend}: ${count} records with ${inFlight} in flight …`);
    const document = captureEvents(run, count, 0);
    const { figures } = await timed(network, inFlight, () =>
      captureLoad(connections, document, inFlight, signal),
    );
    lines.push({ backend, subject: 'Cotrace', ...figures });
  };
  await cotrace('ONE', RECORDS_OF_ONE, 1);
  await cotrace('MANY', records, IN_FLIGHT);
  const plain = await network.withoutNodes();
  say(`${backend}: ${records} records with ${IN_FLIGHT} in flight, masters and business nodes stopped …`);
  const { figures } = await timed(plain, IN_FLIGHT, () =>
    plainLoad(connections, captureEvents('PLAIN', records, 0), IN_FLIGHT),
  );
  lines.push({ backend, subject: 'plain Fabric', ...figures });
  return lines;
}

function report(lines: readonly Line[]): void {
  const [cpu] = cpus();
  const machine = { cores: cpus().length, model: cpu?.model ?? 'unknown', node: process.version };
  say(`\n${machine.cores} cores (${machine.model}), Node ${machine.node}, batch timeout 200 ms\n`);
  const rows = lines.map((line) => {
    const byKind = KINDS.map(([, pattern]) =>
      Object.entries(line.cpu ?? {})
        .filter(([name]) => pattern.test(name))
        .reduce((sum, [, value]) => sum + value, 0),
    );
    return [
      line.backend,
      line.subject,
      String(line.inFlight),
      line.txPerSecond.toFixed(1),
      line.p50.toFixed(0),
      line.p95.toFixed(0),
      line.cpuTotal?.toFixed(2) ?? '-',
      ...byKind.map((value) => (line.cpu === null ? '-' : value.toFixed(2))),
    ];
  });
  const heads = KINDS.map(([kind]) => kind.toUpperCase());
  say(
    table([
      [
        'BACKEND',
        'SUBJECT',
        'IN FLIGHT',
        'TX/S',
        'P50 MS',
        'P95 MS',
        'CPU MS/TX',
        ...heads.map((head) => `OF IT ${head}`),
      ],
      ...rows,
    ]),
  );
  say(`\nNot measured:\n${NOT_MEASURED.map((line) => `- ${line}`).join('\n')}\n`);
  say(JSON.stringify({ bench: 'backends', machine, lines, notMeasured: NOT_MEASURED }));
}
