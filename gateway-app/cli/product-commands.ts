import { CotraceError } from '@cotrace/core';
import type { Direction } from '@cotrace/verifier';
import { type Command, InvalidArgumentError } from 'commander';
import { DEFAULT_IN_FLIGHT, MOST_IN_FLIGHT } from './limits.js';
import type { Runner } from './runner.js';

interface DirectionOptions {
  readonly up?: boolean;
  readonly down?: boolean;
}

/** `cotrace capture`, `trace` and `verify`: events of products, and proofs of them. */
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

  program
    .command('trace')
    .description('the events of a product, verified; its identifier may be written in any GS1 form')
    .argument('<traceid>', 'EPC URN, Digital Link or other identifier')
    .option('--up', 'what it was made of, back to the origins')
    .option('--down', 'what it went into')
    .option('--proof <file>', 'write the proof, which `cotrace verify` checks offline')
    .option('--trust <file>', "trust file (default: the network's own)")
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
