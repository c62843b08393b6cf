import { setMaxListeners } from 'node:events';

/**
 * What stops a node or a command. All that is waited for listens to it, some for each master or event: Node warns of a leak
 * from eleven listeners on, so it is told that there is none.
 */
export function stoppingController(): AbortController {
  const stopping = new AbortController();
  setMaxListeners(Infinity, stopping.signal);
  return stopping;
}
