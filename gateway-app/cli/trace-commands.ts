import { CotraceError } from '@cotrace/core';
import type { Direction } from '@cotrace/verifier';
import { type Command, InvalidArgumentError } from 'commander';
import { MOST_NEWEST, MOST_SECONDS } from './limits.js';
import type { Runner } from './runner.js';

const TRUST = "trust file (default: the network's own)";

interface DirectionOptions {
  readonly up?: boolean;
  readonly down?: boolean;
  readonly both?: boolean;
}

interface TraceCommandOptions extends DirectionOptions {
  readonly proof?: string;
  readonly show?: readonly string[];
  readonly envelopes?: boolean;
  readonly at?: bigint;
  readonly recorders?: readonly string[];
  readonly trust?: string;
}

/** `cotrace trace`, `verify` and `watch`: histories of products, and proofs of them. */
export function addTraceCommands(program: Command, runner: Runner): void {
  const { rooms } = runner;
  program
    .command('trace')
    .description('the complete history of a product, proven; its identifier may be written in any GS1 form')
    .argument('<traceid>', 'identifier in any form, or what a scanner sends')
    .option('--up', 'also what it was made of, back to the origins')
    .option('--down', 'also what it went into')
    .option('--both', 'both of these')
    .option('--proof <file>', 'write the proof, which `cotrace verify` checks offline')
    .option('--show <what...>', 'without --up, --down, --both: all, newest N, or none (how many there are)', [
      'all',
    ])
    .option('--envelopes', 'show the transactions too, with all their signatures')
    .option('--at <block>', 'as of this block: the end of a checking cycle that masters still keep', blockOf)
    .option('--recorders <mspids>', 'organisations whose records alone count, separated by commas', listOf)
    .option('--trust <file>', TRUST)
    .addHelpText(
      'after',
      `
An identifier may be an EPC URN, a Digital Link on any host, a URI of your own, or one of these:

  cotrace trace 01/09521234543213/10/LOT-1             as traces are printed
  cotrace trace '(01)09521234543213(10)LOT-1'          as printed on labels, in any order
  cotrace trace ']C1010952123454321310LOT-1{GS}21A7'   as scanners send it; {GS} is the separator, also as a character

The output begins with how the identifier was understood. Digits alone can mean several things: the error says how to write each.

What is marked ? is undecided: events leave it open. A recall counts it as affected; the lines below the events say why.
The last lines say up to which block the answer holds, who attests that, and whether it is complete.

Exit codes: 0 complete (or as much as --show asked for), 1 no record, or not complete, 2 wrong use.`,
    )
    .action((traceId: string, options: TraceCommandOptions) =>
      runner.session(async (connections, output, { home }) => {
        const direction = directionOf(options);
        const newest = newestOf(options.show ?? ['all'], direction);
        const { trustPath } = await rooms.trustPath();
        const trust = trustPath(options.trust ?? null, home);
        const { trace } = await rooms.trace();
        const { proof, envelopes = false, at = null, recorders = null } = options;
        return trace(
          connections,
          { traceId, direction, newest, envelopes, at, recorders, trust, proof },
          output,
        );
      }),
    );

  program
    .command('verify')
    .description('check a proof file offline: no network, only the trust file')
    .argument('<file>', 'proof written by `cotrace trace --proof`')
    .option('--trust <file>', TRUST)
    .addHelpText(
      'after',
      '\nExit codes: 0 it holds and is complete, 1 it does not hold, shows no event, or is not complete.',
    )
    .action((file: string, { trust }: { trust?: string }) =>
      runner.run(async (output, { home }) => {
        const { trustPath } = await rooms.trustPath();
        const { verify } = await rooms.trace();
        return verify(file, trustPath(trust ?? null, home), output);
      }),
    );

  program
    .command('watch')
    .description('check that known histories of products still hold, and show what is new')
    .argument('<traceid...>', 'identifiers, in any form')
    .option('--every <seconds>', 'look again and again, until Ctrl-C', secondsOf)
    .option(
      '--folder <folder>',
      'where the last proof of each is kept (default: watch/ in the folder of the network)',
    )
    .option('--trust <file>', TRUST)
    .addHelpText(
      'after',
      `
A small proof of each history is kept. Next time, the masters must prove that the new history extends it: a history that
was rewritten or cut is found out, even if all masters agree, and anyone can check the two proofs that show it.

Exit codes: 0 all hold, 1 no answer, 6 a history was rewritten or cut.`,
    )
    .action((traceIds: string[], options: { every?: number; folder?: string; trust?: string }) =>
      runner.session(async (connections, output, { home }) => {
        const { trustPath } = await rooms.trustPath();
        const trust = trustPath(options.trust ?? null, home);
        const { watch, watchFolder } = await rooms.watch();
        const folder = options.folder ?? watchFolder(home);
        return watch(connections, traceIds, { trust, folder, every: options.every ?? null }, output);
      }),
    );
}

function directionOf({ up, down, both }: DirectionOptions): Direction {
  const given = [up, down, both].filter((one) => one === true).length;
  if (given > 1) throw new CotraceError('USAGE', 'give one of --up, --down and --both');
  if (both === true) return 'both';
  if (up === true) return 'up';
  return down === true ? 'down' : 'none';
}

/** How many of the newest events `--show` asks for; null for all. Throws `USAGE`. */
function newestOf(show: readonly string[], direction: string): number | null {
  const [what] = show;
  if (what === 'all' && show.length === 1) return null;
  const newest = what === 'none' && show.length === 1 ? 0 : newestCount(show);
  if (direction !== 'none') {
    throw new CotraceError(
      'USAGE',
      `a lineage needs all events that it leads through: leave out --show ${show.join(' ')}, or --${direction}`,
    );
  }
  return newest;
}

function newestCount([what, count = '', ...more]: readonly string[]): number {
  const newest = /^[1-9]\d{0,5}$/.test(count) ? Number(count) : 0;
  if (what !== 'newest' || more.length > 0 || newest < 1 || newest > MOST_NEWEST) {
    throw new CotraceError('USAGE', `--show is all, none, or newest and a number from 1 to ${MOST_NEWEST}`);
  }
  return newest;
}

function blockOf(text: string): bigint {
  if (!/^(?:0|[1-9]\d{0,18})$/.test(text)) throw new InvalidArgumentError('the number of a block');
  return BigInt(text);
}

function listOf(text: string): string[] {
  const names = text.split(',').map((one) => one.trim());
  if (names.includes('')) throw new InvalidArgumentError('MSP ids, separated by commas');
  return names;
}

function secondsOf(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MOST_SECONDS) {
    throw new InvalidArgumentError(`a whole number from 1 to ${MOST_SECONDS}`);
  }
  return value;
}
