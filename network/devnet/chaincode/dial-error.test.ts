import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { dialError } from './dial-error.js';

it('says in the words of Go why nothing answers', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  // Somebody listens, but not the chaincode.
  expect(await dialError(address)).toBe('context deadline exceeded');
  server.close();
  await once(server, 'close');
  expect(await dialError(address)).toBe(
    `connection error: desc = "transport: error while dialing: dial tcp ${address}: connect: connection refused"`,
  );
});
