import { create } from '@bufbuild/protobuf';
import { RefusalSchema, type Refusal } from '../gen/cotrace/cotrace_pb.js';

/** How many refusals a node shows; older ones are in its log. */
const SHOWN = 50;

/** What a business node refused, newest last; the same refusal again is shown once. */
export class RefusalLog {
  readonly #refusals: Refusal[] = [];

  add(refusal: Omit<Refusal, '$typeName' | '$unknown'>): void {
    const last = this.#refusals.at(-1);
    if (last?.blockNum === refusal.blockNum && last.code === refusal.code && last.source === refusal.source)
      return;
    this.#refusals.push(create(RefusalSchema, refusal));
    if (this.#refusals.length > SHOWN) this.#refusals.shift();
  }

  all(): Refusal[] {
    return [...this.#refusals];
  }
}
