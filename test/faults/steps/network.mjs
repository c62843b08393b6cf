// Cuts a process off: as long as it is ordered, its connections break, those that it opens fail, and those that it is offered end.
import { Server, Socket } from 'node:net';

const LOOK_MS = 50;
const open = new Set();

/** `isCut` is asked all the time. */
export function cutOffWhile(isCut) {
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (...args) {
    keep(this);
    if (!isCut()) return connect.apply(this, args);
    process.nextTick(() => cut(this));
    return this;
  };
  const { emit } = Server.prototype;
  Server.prototype.emit = function (event, ...args) {
    if (event === 'connection') keep(args[0]);
    return emit.call(this, event, ...args);
  };
  setInterval(() => {
    if (isCut()) for (const socket of open) cut(socket);
  }, LOOK_MS).unref();
}

function keep(socket) {
  open.add(socket);
  socket.once('close', () => open.delete(socket));
}

function cut(socket) {
  socket.destroy(Object.assign(new Error('connect ENETUNREACH'), { code: 'ENETUNREACH' }));
}
