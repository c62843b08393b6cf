import { createRequire } from 'node:module';
import { printLines } from '@cotrace/network';
import { Command, CommanderError } from 'commander';
import { addDemoCommand, addNetworkCommands } from './network-commands.js';
import { addCheckingCommand, addOperatorCommands, addQueryCommands } from './node-commands.js';
import { addOrderCommands } from './order-commands.js';
import { EXIT } from './output.js';
import { addProductCommands } from './product-commands.js';
import { ROOMS, type Rooms } from './rooms.js';
import { type GlobalOptions, Runner } from './runner.js';
import { addTraceCommands } from './trace-commands.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** Runs the command that `args` ask for, as they come after the program's name; its exit code. */
export async function runProgram(args: readonly string[], rooms: Rooms = ROOMS): Promise<number> {
  const program = settings();
  const runner = new Runner(rooms, () => program.opts<GlobalOptions>());
  addCommands(program, runner);
  try {
    await program.parseAsync(args, { from: 'user' });
    return runner.exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
}

/** Adds all commands, in the order in which help lists them. */
export function addCommands(program: Command, runner: Runner): void {
  addNetworkCommands(program, runner);
  addProductCommands(program, runner);
  addTraceCommands(program, runner);
  addOrderCommands(program, runner);
  addQueryCommands(program, runner);
  addCheckingCommand(program, runner);
  addOperatorCommands(program, runner);
  addDemoCommand(program, runner);
}

/** The program without its commands, which take over how it writes and ends. */
function settings(): Command {
  return new Command('cotrace')
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
}
