import { create } from '@bufbuild/protobuf';
import { RefusalSchema, type Refusal } from '../gen/cotrace/cotrace_pb.js';
import { REFUSAL_KINDS, REFUSAL_KINDS_PER_SOURCE } from './limits.js';

/** What a business node refused: of each source and code how often, when first and last. */
export class RefusalLog {
  readonly #now: () => number;
  /** The one that came last stands last. */
  #refusals: readonly Refusal[] = [];

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  add({ blockNum, source, code, reason }: Pick<Refusal, 'blockNum' | 'source' | 'code' | 'reason'>): void {
    const known = this.#refusals.find((one) => one.source === source && one.code === code);
    const others = this.#refusals.filter((one) => one !== known);
    const last = BigInt(Math.floor(this.#now() / 1000));
    const { times, first } = known ?? { times: 0, first: last };
    const newest = create(RefusalSchema, { blockNum, source, code, reason, times: times + 1, first, last });
    this.#refusals = [...bounded(others, source), newest];
  }

  all(): Refusal[] {
    return [...this.#refusals];
  }
}

/** Room for one more of `source`: the oldest of its own goes first, so that nobody displaces what others did. */
function bounded(refusals: readonly Refusal[], source: string): readonly Refusal[] {
  const own = refusals.filter((one) => one.source === source);
  if (own.length >= REFUSAL_KINDS_PER_SOURCE) return refusals.filter((one) => one !== own[0]);
  return refusals.length >= REFUSAL_KINDS ? refusals.slice(1) : refusals;
}
