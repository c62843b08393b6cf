import { utf8 } from '@cotrace/core';
import { TestChannel } from './test-channel.js';

/**
 * A process that commits blocks in a folder until it is killed, and says on its standard output which ones it
 * was told are committed: a line with number and header hash of each.
 */
const KEYS = 20;
const MAX_TRANSACTIONS = 4;

const channel = await TestChannel.create(process.argv[2]);
const ledger = await channel.open();
if (ledger.height === 1n) await channel.define(ledger);

for (let round = 0; ; round++) {
  const count = 1 + (round % MAX_TRANSACTIONS);
  const envelopes = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      channel.simulate(ledger, (simulator) => {
        const key = `k${String((round * 7 + i * 3) % KEYS)}`;
        simulator.get('goods', key);
        if (round % 5 === 4) simulator.del('goods', key);
        else simulator.put('goods', key, utf8(`${String(ledger.height)}.${String(i)}`.repeat(50)));
      }),
    ),
  );
  const { number, block } = await ledger.commit(envelopes, channel.signBlock);
  process.stdout.write(`${String(number)} ${Buffer.from(block.headerHash).toString('hex')}\n`);
}
