import { plainKey, Random } from '@cotrace/gateway-app/ledgers';
import { stopwatch, type Spent } from '../rank/spent.js';
import type { Running } from './cycles.js';
import { DOMAINS } from './setting.js';

/** Figure 15. */
const AMOUNTS = [1000, 2000, 4000, 6000, 8000, 10_000];

/** What it took to read so many states. */
export interface RetrievalRow {
  readonly states: number;
  readonly ledger: Spent;
  readonly business: Spent;
}

/** Reads states of the first domain, anywhere among its `keys`, in a simulation on the ledger and in the node's store. */
export async function retrieve({ ledger, nodes }: Running, keys: number): Promise<RetrievalRow[]> {
  const [domain] = DOMAINS;
  const [node] = nodes.nodes;
  if (node === undefined) throw new Error('there is no business node');
  const rows: RetrievalRow[] = [];
  for (const states of AMOUNTS) {
    const random = new Random(states);
    const wanted = Array.from({ length: states }, () => plainKey(random.below(keys)));
    const simulator = ledger.simulator('retrieval');
    const ledgerSpent = timed(wanted, (key) => simulator.get(domain, key));
    await simulator.close();
    rows.push({
      states,
      ledger: ledgerSpent,
      business: timed(wanted, (key) => node.store.entry(domain, key)),
    });
  }
  return rows;
}

function timed(keys: readonly string[], read: (key: string) => unknown): Spent {
  const stop = stopwatch();
  for (const key of keys) if (read(key) === null) throw new Error(`there is no ${key}`);
  return stop();
}
