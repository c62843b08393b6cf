import { askInTurn } from './ask-in-turn.js';
import type { Answer, Turn } from './asked.js';
import type { ConnectedNode, Connections } from './connections.js';
import { catchUp, furthestFirst, heightsOf, nameThoseBehind, type Heights } from './heights.js';

/** The masters that are asked, with their answers as they come. */
export interface Furthest<T> {
  readonly heights: Heights;
  readonly masters: readonly ConnectedNode[];
  readonly answers: AsyncGenerator<Answer<ConnectedNode, T>>;
  /** Settles when those that are behind are in the faults. */
  readonly named: Promise<void>;
}

/** Asks the masters as `askInTurn`, the furthest first, each once it has caught up. */
export async function askFurthest<T>(
  connections: Connections,
  ask: (master: ConnectedNode, turn: Turn) => Promise<T>,
): Promise<Furthest<T>> {
  const heights = await heightsOf(connections);
  const masters = furthestFirst(connections.masters(), heights);
  const named = nameThoseBehind(connections, masters, heights);
  const answers = askInTurn(
    masters,
    async (master, turn) => {
      await catchUp(master, heights, turn.signal);
      return ask(master, turn);
    },
    connections.faults,
  );
  return { heights, masters, answers, named };
}
