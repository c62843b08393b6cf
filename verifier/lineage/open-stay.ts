import { Held } from './amounts.js';
import type { Why } from './reasons.js';
import type { Step } from './steps.js';
import { EVER, type Span } from './times.js';

/** A time that a child was in a parent, by what the layer counts. */
export interface Stay extends Span {
  readonly openedBy: readonly string[];
  readonly closedBy: readonly string[];
  /** In order, without gaps; a part of which the reasons are none is certain. */
  readonly parts: readonly (Span & { readonly why: Why })[];
}

/** A stay that has not ended yet. */
export class OpenStay {
  from: string;
  /** From when on an event of the parent gives standing to end the stay. */
  activeFrom: string;
  /** Whether not only strangers told of it. */
  vouched = false;
  readonly organisations: Set<string>;
  readonly held = new Held();
  /** Up to where closings were gone through. */
  seenUntil: string;
  /** Before this nothing contradicts it. */
  clearUntil = EVER;
  /** Reasons of the present part, and when it began. */
  why: Why;
  since: string;
  #parts: (Span & { readonly why: Why })[] = [];

  constructor(from: string, because: Why, step: Step) {
    [this.from, this.activeFrom, this.since, this.why] = [from, from, from, because];
    this.organisations = new Set(step.organisations);
    this.seenUntil = step.time;
  }

  /** From `time` on the reasons are these; at `time` itself the ones before hold as well. */
  turn(time: string, because: Why): void {
    if (because === this.why) return;
    this.#parts.push({ from: this.since, to: time, why: this.why });
    [this.since, this.why] = [time, because];
  }

  /** It was in from `from` on, undecided. */
  reach(from: string, because: Why): void {
    this.#parts = [{ from, to: this.from, why: because }, ...this.#parts];
    this.from = from;
  }

  end(to: string, closedBy: readonly string[]): Stay {
    const parts = [...this.#parts, { from: this.since, to, why: this.why }];
    return { from: this.from, to, openedBy: [...this.organisations].sort(), closedBy, parts };
  }
}
