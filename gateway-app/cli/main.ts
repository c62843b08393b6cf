import { createRequire } from 'node:module';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CotraceError } from '@cotrace/core';
import { allWritten, outliveReaders, printLines } from '@cotrace/network';
import type { Connections } from '../client/connections.js';
import { BACKENDS, type BackendName } from '../deploy/backends/backend.js';
import type { NetworkChoice } from '../deploy/local/up.js';
import { EXIT, exitCodeOf, Output, printError } from './output.js';
import type { SessionOptions } from '../client/session.js';
import { DEFAULT_IN_FLIGHT, MOST_IN_FLIGHT } from './limits.js';

interface GlobalOptions extends SessionOptions {
  readonly json: boolean;
}

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

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

const program = new Command('cotrace')
  .description('Verifiable supply-chain traceability on Hyperledger Fabric.')
  .version(version)
  .option('--home <folder>', 'folder of the network', '.cotrace')
  .option('--org <name>', 'organisation to act for (default: the first one)')
  .option('--client <file>', 'client configuration, for a network that was not started here')
  .option('--json', 'print results as JSON', false)
  .addHelpText(
    'after',
    `
Examples:
  cotrace network up                          start the default network here
  cotrace capture harvest.jsonld              record the events of an EPCIS 2.0 file
  cotrace trace URI --up --proof proof.json   a product's events back to their origins, proven
  cotrace verify proof.json --trust trust.json   check a proof offline
  cotrace nodes                               height, lag and bytes of every node

Exit codes: 0 all done, 1 failed, 2 wrong use, 3 some of the input was refused, 130 interrupted; 4 to 6: see \`cotrace order verify --help\`.`,
  )
  .configureOutput({
    writeOut: (text) => printLines('stdout', text.trimEnd().split('\n')),
    writeErr: (text) => printLines('stderr', text.trimEnd().split('\n')),
  })
  .exitOverride();

const network = program.command('network').description('start, stop and look at a network on this machine');
network
  .command('up')
  .description('start what is not running; can be repeated in any state')
  .addOption(TOPOLOGY)
  .addOption(BACKEND)
  .action((options: NetworkOptions) =>
    run(async (output, { home }) => {
      const { up } = await import('./network.js');
      return up(home, choiceOf(options), output);
    }),
  );
network
  .command('down')
  .description('stop every process of the network; its data stays')
  .option('--purge', 'remove the data as well', false)
  .action(({ purge }: { purge: boolean }) =>
    run(async (output, { home }) => {
      const { down } = await import('./network.js');
      return down(home, purge, output);
    }),
  );
network
  .command('status')
  .description('which processes run; exit code 1 unless all do')
  .action(() =>
    run(async (output, { home }) => {
      const { status } = await import('./network.js');
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
    run(async (output, { home }) => {
      const { prepare } = await import('./network.js');
      return prepare(home, topology ?? null, stores, output);
    }),
  );
network
  .command('deploy')
  .description('join the channels and deploy the chaincodes of a prepared network whose hosts run')
  .action(() =>
    run(async (output, { home }) => {
      const { deploy } = await import('./network.js');
      return deploy(home, output);
    }),
  );

program
  .command('capture')
  .description('record the events of EPCIS 2.0 files (JSON or JSON-LD); what is refused leaves nothing')
  .argument('<file...>', 'EPCIS documents or single events')
  .option('--in-flight <count>', 'events under way at a time', inFlightOf, DEFAULT_IN_FLIGHT)
  .option('--log <file>', 'append the outcome of each event as soon as it is known, one line of JSON each')
  .option('--rules <file>', "table of domains (default: the network's own, capture-rules.yaml)")
  .action((files: string[], options: { inFlight: number; log?: string; rules?: string }) =>
    session(async (connections, output, { home }) => {
      const { readRules } = await import('../client/rules.js');
      const rules = readRules(options.rules ?? null, home, connections.context.consortium.domains);
      const { capture } = await import('./capture.js');
      return capture(connections, files, { ...options, rules }, output);
    }),
  );

program
  .command('trace')
  .description('the events of a product, verified; its identifier may be written in any GS1 form')
  .argument('<traceid>', 'EPC URN, Digital Link or other identifier')
  .option('--up', 'what it was made of, back to the origins')
  .option('--down', 'what it went into')
  .option('--proof <file>', 'write the proof, which `cotrace verify` checks offline')
  .option('--trust <file>', "trust file (default: the network's own)")
  .action((traceId: string, options: { up?: boolean; down?: boolean; proof?: string; trust?: string }) =>
    session(async (connections, output, { home }) => {
      if (options.up === true && options.down === true) {
        throw new CotraceError('USAGE', 'give --up or --down, not both');
      }
      const direction = options.up === true ? 'up' : options.down === true ? 'down' : 'none';
      const { trustPath } = await import('../client/trust.js');
      const trust = trustPath(options.trust ?? null, home);
      const { trace } = await import('./trace.js');
      return trace(connections, { traceId, direction, trust, proof: options.proof }, output);
    }),
  );

program
  .command('verify')
  .description('check a proof file offline: no network, only the trust file')
  .argument('<file>', 'proof written by `cotrace trace --proof`')
  .option('--trust <file>', "trust file (default: the network's own)")
  .action((file: string, { trust }: { trust?: string }) =>
    run(async (output, { home }) => {
      const { trustPath } = await import('../client/trust.js');
      const { verify } = await import('./trace.js');
      return verify(file, trustPath(trust ?? null, home), output);
    }),
  );

const order = program
  .command('order')
  .description(
    'orders to devices and accounts: {"from", "to", "message", "signature"}, recorded in production',
  );
order
  .command('place')
  .description("record an order; `to` is the device's identifier, in any form")
  .argument('<file>', 'order, JSON')
  .action((file: string) =>
    session(async (connections, output) => {
      const { place } = await import('./order.js');
      return place(connections, file, output);
    }),
  );
order
  .command('verify')
  .description(
    'check whether an order is on the ledger and the latest for its device, without trusting any one master',
  )
  .argument('<file>', 'order, JSON, as the device received it')
  .option('--trust <file>', "trust file (default: the network's own)")
  .addHelpText(
    'after',
    `
A master is asked what the ledger holds; its proof, and the attestations of a quorum, are checked here against the trust file.

Exit codes: 0 on the ledger and the latest, 4 not on the ledger, 5 on the ledger but superseded, 6 the answer does not
hold, 1 no answer, 2 wrong use.`,
  )
  .action((file: string, { trust }: { trust?: string }) =>
    session(async (connections, output, { home }) => {
      const { trustPath } = await import('../client/trust.js');
      const { verify } = await import('./order.js');
      return verify(connections, file, trustPath(trust ?? null, home), output);
    }),
  );

program
  .command('state')
  .description("read a domain's state from your organisation's business node")
  .command('get')
  .description('one key with its revision; exit code 1 where there is none')
  .argument('<domain>', 'name of the domain')
  .argument('<key>', 'such as trace/TRACEID or rec/RECORDID')
  .action((domain: string, key: string) =>
    session(async (connections, output) => {
      const { stateGet } = await import('./state.js');
      return stateGet(connections, domain, key, output);
    }),
  );

program
  .command('nodes')
  .description('height, lag and bytes of every node, and what business nodes refused')
  .action(() =>
    session(async (connections, output) => {
      const { nodes } = await import('./nodes.js');
      return nodes(connections, output);
    }),
  );

program
  .command('consortium')
  .description(
    'make the files that a consortium on an existing Fabric network shares, and check what they are made of',
  )
  .argument('<file>', 'description of the consortium (docs/examples/consortium.yaml)')
  .option('--out <folder>', 'folder for consortium.json and trust.json', '.')
  .action((file: string, { out }: { out: string }) =>
    run(async (output) => {
      const { consortium } = await import('./consortium.js');
      return consortium(file, out, output);
    }),
  );

program
  .command('define')
  .description('write the definitions of domains to the ledger, once, as an administrator (--client)')
  .argument('[file...]', 'definitions, JSON (default: those of the default domains that the consortium has)')
  .action((files: string[]) =>
    session(async (connections, output) => {
      const { define } = await import('./define.js');
      return define(connections, files, output);
    }, false),
  );

program
  .command('node')
  .description("run an organisation's nodes here, until SIGTERM; for networks that were not started here")
  .argument('<file>', 'nodes to run, with their keys and stores (docs/operations.md)')
  .option(
    '--check',
    'check the running nodes of the file instead; exit code 1 unless all are following',
    false,
  )
  .action((file: string, { check }: { check: boolean }) =>
    run(async (output) => {
      const { checkNodes, runNode } = await import('./node.js');
      return check ? checkNodes(file, output) : runNode(file);
    }),
  );

program
  .command('demo')
  .description('the default network with a small rice chain captured, traced and proven')
  .option('--once', 'stop afterwards instead of staying up', false)
  .addOption(TOPOLOGY)
  .addOption(BACKEND)
  .action(({ once, ...options }: NetworkOptions & { once: boolean }) =>
    run(async (output, { home }) => {
      const { demo } = await import('./demo.js');
      return demo(home, choiceOf(options), once, output);
    }),
  );

/**
 * Runs a command and sets the exit code. What a command needs is imported when it runs: help and wrong use need
 * nothing, and come at once.
 */
async function run(
  command: (output: Output, options: GlobalOptions) => Promise<number> | number,
): Promise<void> {
  const options = program.opts<GlobalOptions>();
  try {
    process.exitCode = await command(new Output(options.json), options);
  } catch (error) {
    printError(error, options.json);
    process.exitCode = await exitCodeOf(error);
  }
}

/** Runs a command that talks to the network; `asksNodes`: not only to the own organisation's peer. */
function session(
  command: (connections: Connections, output: Output, options: GlobalOptions) => Promise<number>,
  asksNodes = true,
): Promise<void> {
  return run(async (output, options) => {
    const { openSession, requireListed } = await import('../client/session.js');
    const connections = openSession(options);
    try {
      if (asksNodes) requireListed(connections.context);
      return await command(connections, output, options);
    } finally {
      connections.close();
    }
  });
}

function choiceOf({ topology, backend }: NetworkOptions): NetworkChoice {
  return { topology: topology ?? null, backend: backend ?? null };
}

function inFlightOf(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MOST_IN_FLIGHT) {
    throw new InvalidArgumentError(`a whole number from 1 to ${MOST_IN_FLIGHT}`);
  }
  return value;
}

outliveReaders();

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
}
// What was written goes out first. Then the process ends, whatever is left open: a connection to a process that hangs
// stays half made for as long as that one does.
await allWritten();
process.exit();
