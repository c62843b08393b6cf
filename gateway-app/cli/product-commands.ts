import { type Command, InvalidArgumentError } from 'commander';
import { DEFAULT_IN_FLIGHT, MOST_IN_FLIGHT } from './limits.js';
import type { Runner } from './runner.js';

/** `cotrace capture`: events of products. */
export function addProductCommands(program: Command, runner: Runner): void {
  const { rooms } = runner;
  program
    .command('capture')
    .description('record the events of EPCIS 2.0 files (JSON or JSON-LD); what is refused leaves nothing')
    .argument('<file...>', 'EPCIS documents or single events')
    .option('--in-flight <count>', 'events under way at a time', inFlightOf, DEFAULT_IN_FLIGHT)
    .option('--log <file>', 'append the outcome of each event as soon as it is known, one line of JSON each')
    .option('--rules <file>', "table of domains (default: the network's own, capture-rules.yaml)")
    .action((files: string[], options: { inFlight: number; log?: string; rules?: string }) =>
      runner.session(async (connections, output, { home }) => {
        const { readRules } = await rooms.rules();
        const rules = readRules(options.rules ?? null, home, connections.context.consortium.domains);
        const { capture } = await rooms.capture();
        return capture(connections, files, { ...options, rules }, output);
      }),
    );
}

function inFlightOf(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MOST_IN_FLIGHT) {
    throw new InvalidArgumentError(`a whole number from 1 to ${MOST_IN_FLIGHT}`);
  }
  return value;
}
