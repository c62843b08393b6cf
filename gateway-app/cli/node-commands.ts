import { type Command, InvalidArgumentError } from 'commander';
import { DEFAULT_CYCLES, MOST_CYCLES } from './limits.js';
import type { Runner } from './runner.js';

const CHECKING_HELP = `
Main is divided into cycles of as many blocks as the topology's checkingHeight says. After the last block of one, every
master computes the digest of each domain's state, and a quorum of organisations seals them with one transaction on the
channel checking; a transaction on main anchors that. Business nodes then compare their own state with it.

  cotrace checking              the newest cycles: when and by whom sealed, where anchored, who was late
  cotrace checking 7            one cycle
  cotrace --json checking       with the hashes of headers
  cotrace nodes                 up to which cycle each node is consistent

A warning says that an organisation let its turn pass for t1, a penalty that it did so for t2 and the next one took over.

Exit codes: 0 shown, 1 the cycle asked for has not ended or no master answers, 2 wrong use.`;

/** `cotrace state`, `nodes` and `checking`: what nodes hold, how they stand, and what they sealed. */
export function addQueryCommands(program: Command, runner: Runner): void {
  const { rooms } = runner;
  program
    .command('state')
    .description("read a domain's state from your organisation's business node")
    .command('get')
    .description('one key with its revision; exit code 1 where there is none')
    .argument('<domain>', 'name of the domain')
    .argument('<key>', 'such as trace/TRACEID or rec/RECORDID')
    .action((domain: string, key: string) =>
      runner.session(async (connections, output) => {
        const { stateGet } = await rooms.state();
        return stateGet(connections, domain, key, output);
      }),
    );

  program
    .command('nodes')
    .description('height, lag, cycle and bytes of every node, and what business nodes refused')
    .action(() =>
      runner.session(async (connections, output) => {
        const { nodes } = await rooms.nodes();
        return nodes(connections, output);
      }),
    );
}

/** `cotrace checking`: cycles. */
export function addCheckingCommand(program: Command, runner: Runner): void {
  program
    .command('checking')
    .description('cycles of main: sealed when and by whom, anchored where, and who was late')
    .argument('[cycle]', 'number of a cycle, from 1 (default: the newest ones)', cycleOf)
    .option('--last <count>', 'how many of the newest', lastOf, DEFAULT_CYCLES)
    .addHelpText('after', CHECKING_HELP)
    .action((cycle: bigint | null = null, { last }: { last: number }) =>
      runner.session(async (connections, output) => {
        const { checking } = await runner.rooms.checking();
        return checking(connections, cycle === null ? { last } : { cycle }, output);
      }),
    );
}

function cycleOf(text: string): bigint {
  if (!/^[1-9]\d{0,17}$/.test(text)) throw new InvalidArgumentError('the number of a cycle, from 1');
  return BigInt(text);
}

function lastOf(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MOST_CYCLES) {
    throw new InvalidArgumentError(`a whole number from 1 to ${MOST_CYCLES}`);
  }
  return value;
}

function rulesOf(text: string): number {
  const value = Number(text);
  if (/^[1-9]\d*$/.test(text) && value <= 0xffff) return value;
  throw new InvalidArgumentError('a whole number from 1 to 65535');
}

/** `cotrace consortium`, `define` and `node`: for those who set up and run the nodes of a consortium. */
export function addOperatorCommands(program: Command, runner: Runner): void {
  const { rooms } = runner;
  const consortiumCommand = program
    .command('consortium')
    .description(
      'make the files that a consortium on an existing Fabric network shares, and check what they are made of',
    )
    .argument('<file>', 'description of the consortium (docs/examples/consortium.yaml)')
    .option('--out <folder>', 'folder for consortium.json and trust.json', '.')
    .action((file: string, { out }: { out: string }) =>
      runner.run(async (output) => {
        const { consortium } = await rooms.consortium();
        return consortium(file, out, output);
      }),
    );
  consortiumCommand
    .command('check')
    .description(
      'compare both channels and the definitions of the checking contract with the quorum; exit code 1 where they do not fit',
    )
    .option(
      '--update <file>',
      "look at an update of a channel's configuration, too, as peer channel signconfigtx takes it: whether those who are left can seal",
    )
    .action(({ update = null }: { update?: string | null }) =>
      runner.session(async ({ context }, output) => {
        const { checkConsortium } = await rooms.checkConsortium();
        return checkConsortium(context, update, output);
      }, false),
    );

  consortiumCommand
    .command('rules')
    .description('show which rules are in force and which the masters know; with a number, switch to it')
    .argument('[number]', 'the next rules, in force from the block after this on', rulesOf)
    .action((rules?: number) =>
      runner.session(async (connections, output) => {
        const { consortiumRules } = await rooms.consortiumRules();
        return consortiumRules(connections, rules ?? null, output);
      }, false),
    );

  program
    .command('define')
    .description('write the definitions of domains to the ledger, as an administrator (--client)')
    .argument(
      '[file...]',
      'definitions, JSON, which take the place of those on the ledger (default: the built-in ones, where a domain has none)',
    )
    .option('--check', 'check the files here, without a network, and write nothing', false)
    .option('--example', 'print a definition to start from, and write nothing', false)
    .action((files: string[], { check, example }: { check: boolean; example: boolean }) => {
      if (check || example) {
        return runner.run(async (output) => {
          const { checkDefinitions, printExample } = await rooms.define();
          return example ? printExample(output) : checkDefinitions(files, output);
        });
      }
      return runner.session(async (connections, output) => {
        const { define } = await rooms.define();
        return define(connections, files, output);
      }, false);
    });

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
      runner.run(async (output) => {
        const { checkNodes, runNode } = await rooms.node();
        return check ? checkNodes(file, output) : runNode(file);
      }),
    );
}
