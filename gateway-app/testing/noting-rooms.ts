import type { Connections } from '../client/connections.js';
import { Output } from '../cli/output.js';
import { ROOMS, type Rooms } from '../cli/rooms.js';

/** What a command called: the name of a function and its arguments, without the connections of a session. */
export type Noted = readonly [name: string, ...args: unknown[]];

/** Domains of the consortium that commands find. */
const DOMAINS = ['goods', 'retail'];

/**
 * The rooms of all commands, whose functions note in `calls` how they are called instead of running, and answer `answer`. An
 * output is noted as whether it prints JSON.
 */
export function notingRooms(calls: Noted[], answer: (name: string) => unknown): Rooms {
  const close = () => calls.push(['close']);
  const connections = { context: { consortium: { domains: DOMAINS } }, close } as unknown as Connections;
  const note = (name: string, args: readonly unknown[]) => {
    const told = args.filter((arg) => arg !== connections && arg !== connections.context);
    calls.push([name, ...told.map((arg) => (arg instanceof Output ? { json: arg.json } : arg))]);
    const answered = answer(name);
    return name === 'openSession' ? connections : answered;
  };
  const noting = (module: object) =>
    Object.fromEntries(
      Object.keys(module).map((name) => [name, (...args: readonly unknown[]) => note(name, args)]),
    );
  const rooms = Object.entries(ROOMS).map(
    ([room, load]) => [room, async () => noting(await load())] as const,
  );
  return Object.fromEntries(rooms) as unknown as Rooms;
}
