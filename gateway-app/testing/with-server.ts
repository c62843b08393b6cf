import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** Runs `work` while a server on a free port of the loop-back interface does `greet` with each connection. */
export async function withServer(
  greet: (socket: Socket) => void,
  work: (port: number) => Promise<void>,
): Promise<void> {
  const open: Socket[] = [];
  const server = createServer((socket) => {
    open.push(socket);
    greet(socket.on('error', () => undefined));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    await work((server.address() as AddressInfo).port);
  } finally {
    for (const socket of open) socket.destroy();
    await once(server.close(), 'close');
  }
}
