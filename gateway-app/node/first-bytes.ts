import { Duplex } from 'node:stream';

/** A connection of which no more than its first bytes are read; what is written goes out as it is. */
export class FirstBytes extends Duplex {
  readonly #socket: Duplex;
  #left: number;

  constructor(socket: Duplex, bytes: number) {
    super({ autoDestroy: true });
    this.#socket = socket;
    this.#left = bytes;
    socket.pause();
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.once('close', () => this.destroy());
  }

  override _read(): void {
    if (this.#left > 0) this.#socket.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #take(chunk: Buffer): void {
    const taken = chunk.subarray(0, this.#left);
    this.#left -= taken.length;
    if (!this.push(taken) || this.#left === 0) this.#socket.pause();
  }
}
