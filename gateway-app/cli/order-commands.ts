import type { Command } from 'commander';
import type { Runner } from './runner.js';

/** `cotrace order …`: orders to devices and accounts. */
export function addOrderCommands(program: Command, runner: Runner): void {
  const { rooms } = runner;
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
      runner.session(async (connections, output) => {
        const { place } = await rooms.order();
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
      runner.session(async (connections, output, { home }) => {
        const { trustPath } = await rooms.trustPath();
        const { verify } = await rooms.order();
        return verify(connections, file, trustPath(trust ?? null, home), output);
      }),
    );
}
