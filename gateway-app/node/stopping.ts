import { setMaxListeners } from 'node:events';

/**
 * What stops a node. All that the node waits for listens to it, some for each master: Node warns of a leak from eleven
 * listeners on, so it is told that there is none.
 */
export function stoppingController(): AbortController {
  const stopping = new AbortController();
  setMaxListeners(Infinity, stopping.signal);
  return stopping;
}
