import { Log } from '../node/log.js';

/** A log that keeps quiet: tests provoke what it would complain of. */
export class SilentLog extends Log {
  constructor() {
    super('test');
  }

  override info(): void {
    return;
  }

  override warn(): void {
    return;
  }

  override error(): void {
    return;
  }

  override often(): void {
    return;
  }
}
