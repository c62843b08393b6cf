import { CotraceError } from '@cotrace/core';
import type { Direction } from '@cotrace/verifier';
import { type Command, InvalidArgumentError } from 'commander';
import { DEFAULT_IN_FLIGHT, MOST_IN_FLIGHT } from './limits.js';
import type { Runner } from './runner.js';

interface DirectionOptions {
  readonly up?: boolean;
  readonly down?: boolean;
}

interface CaptureFlags {
  readonly dryRun: boolean;
  readonly allOrNothing: boolean;
  readonly inFlight: number;
  readonly log?: string;
  readonly rules?: string;
}

const CAPTURE_HELP = `
A file holds an EPCIS document, one event, an array of events, or one of these a line (JSON Lines). Of a folder, files that
end in .json, .jsonld, .jsonl or .ndjson are taken, in folders below it too; others are named.

  cotrace capture --dry-run harvest.jsonld    try first: domain, identifiers, what is refused and why
  cotrace capture --all-or-nothing outbox     a folder; nothing is sent unless every event is valid
  jq .events export.json | cotrace capture -  from another program

Each event is recorded, already recorded, refused or failed by itself. --all-or-nothing looks at the events alone: the
ledger may still refuse one, such as an event id that it has with other content. After Ctrl-C, or where something failed,
capture the same files again: nothing is recorded twice.

Exit codes: 0 all recorded (or valid), 3 some refused, 1 some failed, 2 wrong use, 130 interrupted.`;

const TRACE_HELP = `
An identifier may be an EPC URN, a Digital Link on any host, a URI of your own, or one of these:

  cotrace trace 01/09521234543213/10/LOT-1             as traces are printed
  cotrace trace '(01)09521234543213(10)LOT-1'          as labels have it, in any order
  cotrace trace ']C1010952123454321310LOT-1{GS}21A7'   as scanners send it; {GS} is the separator, also as a character

What was understood is said first. Digits alone may be several things and are answered with how to write each.`;

/** `cotrace capture`, `trace` and `verify`: events of products, and proofs of them. */
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

  program
    .command('trace')
    .description('the events of a product, verified; its identifier may be written in any GS1 form')
    .argument('<traceid>', 'identifier in any form, or what a scanner sends')
    .option('--up', 'what it was made of, back to the origins')
    .option('--down', 'what it went into')
    .option('--proof <file>', 'write the proof, which `cotrace verify` checks offline')
    .option('--trust <file>', "trust file (default: the network's own)")
    .addHelpText('after', TRACE_HELP)
    .action((traceId: string, options: DirectionOptions & { proof?: string; trust?: string }) =>
      runner.session(async (connections, output, { home }) => {
        const direction = directionOf(options);
        const { trustPath } = await rooms.trustPath();
        const trust = trustPath(options.trust ?? null, home);
        const { trace } = await rooms.trace();
        return trace(connections, { traceId, direction, trust, proof: options.proof }, output);
      }),
    );

  program
    .command('verify')
    .description('check a proof file offline: no network, only the trust file')
    .argument('<file>', 'proof written by `cotrace trace --proof`')
    .option('--trust <file>', "trust file (default: the network's own)")
    .action((file: string, { trust }: { trust?: string }) =>
      runner.run(async (output, { home }) => {
        const { trustPath } = await rooms.trustPath();
        const { verify } = await rooms.trace();
        return verify(file, trustPath(trust ?? null, home), output);
      }),
    );
}

function directionOf({ up, down }: DirectionOptions): Direction {
  if (up === true && down === true) throw new CotraceError('USAGE', 'give --up or --down, not both');
  if (up === true) return 'up';
  return down === true ? 'down' : 'none';
}

function inFlightOf(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MOST_IN_FLIGHT) {
    throw new InvalidArgumentError(`a whole number from 1 to ${MOST_IN_FLIGHT}`);
  }
  return value;
}
