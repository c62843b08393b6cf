import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Service } from '../services.js';
import type { Starter } from './starter.js';
import type { Progress } from '../progress.js';
import { SILENT_SERVICE_MS } from '../limits.js';

/**
 * Ends the processes that run and do not answer: one that hangs would be waited for without end. Whoever starts what does
 * not run then starts them again. `ports`: by name of the service; `patience`: milliseconds that a service may be silent.
 */
export async function endSilent(
  services: readonly Service[],
  ports: Readonly<Record<string, number>>,
  starter: Starter,
  progress: Progress,
  patience = SILENT_SERVICE_MS,
): Promise<void> {
  const running = services.filter(({ process }) => starter.runs(process));
  for (const name of await silentProcesses(running, ports, patience)) {
    progress(`${name} runs but does not answer; restarting it`);
    await starter.kill(name);
  }
}

/**
 * The processes with a service that does not answer within `patience` milliseconds, though something listens at its port.
 * `ports`: by name of the service.
 */
export async function silentProcesses(
  services: readonly Service[],
  ports: Readonly<Record<string, number>>,
  patience: number,
): Promise<string[]> {
  const asked = await Promise.all(
    services.map(async ({ name, process, tls }) => {
      const port = ports[name];
      return { process, answered: port === undefined || (await answers(port, tls, patience)) };
    }),
  );
  return [...new Set(asked.filter(({ answered }) => !answered).map(({ process }) => process))];
}

/**
 * Whether a process answers at a port: the system takes connections for one that hangs, but only the process itself sends
 * something. With TLS that is its part of the handshake, without it HTTP/2's settings (RFC 9113, section 3.4). A port where
 * nobody listens counts as an answer: the process is starting, or has ended.
 */
async function answers(port: number, tls: boolean, patience: number): Promise<boolean> {
  const at = { host: '127.0.0.1', port };
  const socket = tls ? connectTls({ ...at, rejectUnauthorized: false }) : connectTcp(at);
  let isSilent = false;
  socket.setTimeout(patience, () => {
    isSilent = true;
    socket.destroy();
  });
  socket.once(tls ? 'secureConnect' : 'data', () => socket.destroy());
  // Whatever the process refuses in a handshake, it has answered.
  await once(socket, 'close').catch(() => undefined);
  return !isSilent;
}
