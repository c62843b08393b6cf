// Sets the clock of a process and its threads wrong by COTRACE_CLOCK_MS milliseconds, where that is given. Timers are as they were.
const shift = Number(process.env.COTRACE_CLOCK_MS ?? 0);
const True = Date;

if (shift !== 0) {
  globalThis.Date = class extends True {
    constructor(...args) {
      if (args.length === 0) super(True.now() + shift);
      else super(...args);
    }

    static now() {
      return True.now() + shift;
    }
  };
}
