import { type Command, InvalidArgumentError } from 'commander';
import { DEFAULT_IN_FLIGHT, MOST_IN_FLIGHT } from './limits.js';
import type { Runner } from './runner.js';

interface CaptureFlags {
  readonly dryRun: boolean;
  readonly allOrNothing: boolean;
  readonly inFlight: number;
  readonly log?: string;
  readonly rules?: string;
}

const CAPTURE_HELP = `
A file holds an EPCIS document, one event, an array of events, or one of these on each line (JSON Lines). From a
folder and the folders below it, files that end in .json, .jsonld, .jsonl or .ndjson are read; other files are listed.

  cotrace capture --dry-run harvest.jsonld    try first: domain, identifiers, what is refused and why
  cotrace capture --all-or-nothing outbox     a folder; nothing is sent unless every event is valid
  jq .events export.json | cotrace capture -  from another program

Each event is recorded, already recorded, refused or failed on its own. --all-or-nothing checks the events only: the
ledger may still refuse one, for example if it has the same event id with other content. After Ctrl-C, or if something
failed, capture the same files again: nothing is recorded twice.

Exit codes: 0 all recorded (or valid), 3 some refused, 1 some failed, 2 wrong use, 130 interrupted.`;

/** `cotrace capture`: events of products. */
export function addProductCommands(program: Command, runner: Runner): void {
  const { rooms } = runner;
  program
    .command('capture')
    .description('record the events of EPCIS 2.0 files (JSON or JSON-LD); what is refused leaves nothing')
    .argument('<file...>', 'files, folders, or - for standard input')
    .option('--dry-run', 'say what would become of each event, and send nothing; needs no network', false)
    .option('--all-or-nothing', 'send nothing where an event of any file is not valid', false)
    .option('--in-flight <count>', 'events under way at a time', inFlightOf, DEFAULT_IN_FLIGHT)
    .option('--log <file>', 'append the outcome of each event as soon as it is known, one line of JSON each')
    .option('--rules <file>', "table of domains (default: the network's own, capture-rules.yaml)")
    .addHelpText('after', CAPTURE_HELP)
    .action((files: string[], { dryRun, ...options }: CaptureFlags) =>
      dryRun
        ? runner.run(async (output, global) => {
            const { knownDomains } = await rooms.session();
            const { readRules } = await rooms.rules();
            const rules = readRules(options.rules ?? null, global.home, knownDomains(global));
            return (await rooms.dryRun()).dryRun(files, rules, output);
          })
        : runner.session(async (connections, output, { home }) => {
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
