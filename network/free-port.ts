import { once } from 'node:events';
import { createServer } from 'node:net';
import { CotraceError } from '@cotrace/core';

/** A TCP port of the loop-back interface that was free a moment ago. Throws `NO_PORT`. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new CotraceError('NO_PORT', 'no port');
  return address.port;
}
