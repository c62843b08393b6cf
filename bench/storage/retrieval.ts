import { plainKey, Random } from '@cotrace/gateway-app/ledgers';
import { stopwatch, type Spent } from '../rank/spent.js';
import type { Running } from './cycles.js';
import type { PeerFiles } from './peer-files.js';
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
    const wanted = wantedOf(states, keys);
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

/** The same states, read from the database in which a peer keeps its state, by row. */
export async function retrieveFromPeer(files: PeerFiles, keys: number): Promise<ReadonlyMap<number, Spent>> {
  const [domain] = DOMAINS;
  const state = await files.state();
  try {
    return new Map(
      AMOUNTS.map((states) => [
        states,
        timed(wantedOf(states, keys), (key) => state.getSync(files.stateKey(domain, key)) ?? null),
      ]),
    );
  } finally {
    await state.close();
  }
}

function wantedOf(states: number, keys: number): string[] {
  const random = new Random(states);
  return Array.from({ length: states }, () => plainKey(random.below(keys)));
}

function timed(keys: readonly string[], read: (key: string) => unknown): Spent {
  const stop = stopwatch();
  for (const key of keys) if (read(key) === null) throw new Error(`there is no ${key}`);
  return stop();
}
