import { type Command, Option } from 'commander';
import { BACKENDS, type BackendName } from '../deploy/backends/backend.js';
import type { NetworkChoice } from '../deploy/local/up.js';
import type { Runner } from './runner.js';

interface NetworkOptions {
  readonly topology?: string;
  readonly backend?: BackendName;
}

const TOPOLOGY = new Option(
  '--topology <file>',
  'organisations, domains and settings (default: network/topology.yaml)',
);
const BACKEND = new Option(
  '--backend <name>',
  "devnet, the embedded network (default), or fabric: Fabric's own programs, from the folder FABRIC_BIN",
).choices(BACKENDS);

/** `cotrace network …`: a network on this machine. */
export function addNetworkCommands(program: Command, runner: Runner): void {
  const { rooms } = runner;
  const network = program.command('network').description('start, stop and look at a network on this machine');
  network
    .command('up')
    .description('start what is not running; can be repeated in any state')
    .addOption(TOPOLOGY)
    .addOption(BACKEND)
    .action((options: NetworkOptions) =>
      runner.run(async (output, { home }) => {
        const { up } = await rooms.network();
        return up(home, choiceOf(options), output);
      }),
    );
  network
    .command('down')
    .description('stop every process of the network; its data stays')
    .option('--purge', 'remove the data as well', false)
    .action(({ purge }: { purge: boolean }) =>
      runner.run(async (output, { home }) => {
        const { down } = await rooms.network();
        return down(home, purge, output);
      }),
    );
  network
    .command('status')
    .description('which processes run; exit code 1 unless all do')
    .action(() =>
      runner.run(async (output, { home }) => {
        const { status } = await rooms.network();
        return status(home, output);
      }),
    );
  network
    .command('prepare')
    .description(
      'make the files of a network whose processes run on hosts of their own, as docker-compose.yaml does',
    )
    .addOption(TOPOLOGY)
    .requiredOption('--stores <folder>', 'where each host of a node keeps its stores')
    .action(({ topology, stores }: NetworkOptions & { stores: string }) =>
      runner.run(async (output, { home }) => {
        const { prepare } = await rooms.network();
        return prepare(home, topology ?? null, stores, output);
      }),
    );
  network
    .command('deploy')
    .description('join the channels and deploy the chaincodes of a prepared network whose hosts run')
    .action(() =>
      runner.run(async (output, { home }) => {
        const { deploy } = await rooms.network();
        return deploy(home, output);
      }),
    );
}

/** `cotrace demo`. */
export function addDemoCommand(program: Command, runner: Runner): void {
  program
    .command('demo')
    .description('the default network with a small rice chain captured, traced and proven')
    .option('--once', 'stop afterwards instead of staying up', false)
    .addOption(TOPOLOGY)
    .addOption(BACKEND)
    .action(({ once, ...options }: NetworkOptions & { once: boolean }) =>
      runner.run(async (output, { home }) => {
        const { demo } = await runner.rooms.demo();
        return demo(home, choiceOf(options), once, output);
      }),
    );
}

function choiceOf({ topology, backend }: NetworkOptions): NetworkChoice {
  return { topology: topology ?? null, backend: backend ?? null };
}
