import { captureEvents } from '../capture-events.js';
import { captureLoad } from '../capture-load.js';
import { caughtUp, withNetwork } from '../bench-network.js';
import { timed, type Figures } from '../figures.js';
import { progress } from '../output.js';

const IN_FLIGHT = 64;
const WARM_UP = 500;
/** Longer than any run here: no cycle ends. */
const NEVER = 100_000;

/** A load on the embedded network with one checking height. */
export interface NetworkCost extends Figures {
  /** Null: no cycle ends, so nothing is sealed. */
  readonly height: number | null;
}

/** What sealing adds: the same load on the default network where cycles of `height` blocks are sealed, and where none ends; in turn. */
export async function measureNetworks(
  height: number,
  records: number,
  rounds: number,
  signal: AbortSignal,
): Promise<NetworkCost[]> {
  const costs: NetworkCost[] = [];
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    for (const each of [height, null]) {
      const topology = `batch: { timeout: 200ms }\ncheckingHeight: ${each ?? NEVER}\n`;
      await withNetwork({ topology, backend: 'devnet' }, signal, async (network) => {
        const { connections } = network;
        progress(`a network with ${each === null ? 'no cycles' : `c = ${each}`} …`);
        await captureLoad(connections, captureEvents('W', WARM_UP), IN_FLIGHT, signal);
        await caughtUp(network);
        const document = captureEvents('C', records, 0);
        const { figures } = await timed(network, IN_FLIGHT, () =>
          captureLoad(connections, document, IN_FLIGHT, signal),
        );
        costs.push({ height: each, ...figures });
      });
    }
  }
  return costs;
}
