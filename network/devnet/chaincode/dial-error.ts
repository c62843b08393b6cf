import { createConnection } from 'node:net';
import { types } from 'node:util';
import { DIAL_MS } from '../limits.js';

/** How Go words what the system says of a connection that cannot be made. */
const GO_TEXTS: ReadonlyMap<unknown, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['EHOSTUNREACH', 'no route to host'],
  ['ENETUNREACH', 'network is unreachable'],
]);

/**
 * Why nothing answers at `host:port`, in the words of Go's gRPC; where a connection can be made after all, or the
 * system gives another reason, that time has run out. gRPC of Node itself gives no reason but in a text.
 */
export async function dialError(address: string): Promise<string> {
  const reason = GO_TEXTS.get(await connectError(address));
  if (reason === undefined) return 'context deadline exceeded';
  return `connection error: desc = "transport: error while dialing: dial tcp ${address}: connect: ${reason}"`;
}

/** Code of the system's error; undefined where there is none. */
function connectError(address: string): Promise<unknown> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port), timeout: DIAL_MS });
    const settle = (code?: unknown): void => {
      socket.destroy();
      resolve(code);
    };
    socket.once('connect', () => settle());
    socket.once('timeout', () => settle());
    // Not by its class: an error of Node itself is of another realm than code that jest runs.
    socket.once('error', (error) =>
      settle(types.isNativeError(error) && 'code' in error ? error.code : error),
    );
  });
}
