import { concat, sha256, toHex, utf8 } from '@cotrace/core';
import type { EcdsaQuestion, EcdsaVerifier } from '@cotrace/fabric-model';

/** Whether a signature is good, from something that takes its time, such as WebCrypto. */
export type SlowEcdsa = (question: EcdsaQuestion) => Promise<boolean>;

/** A platform copies what it is to check: a proof may hold 260,000 signatures. */
const AT_ONCE = 256;

/**
 * Answers to questions about signatures, for code that cannot wait for them. That code is run with signatures taken as good
 * until they are known; then all that it asked is found out, and unless every signature was good it is run again. It must
 * do the same each time it is given the same answers, and keep nothing of a run: what a run makes counts only when every
 * answer in it was right.
 */
export class AnsweredSignatures {
  readonly #slow: SlowEcdsa;
  readonly #known = new Map<string, boolean>();
  /** What the run that is going on asks; null between runs, when nothing may be taken as good. */
  #asked: Map<string, EcdsaQuestion> | null = null;

  constructor(slow: SlowEcdsa) {
    this.#slow = slow;
  }

  /** For the code that `settle` runs. Throws a `RangeError` where it asks anything new outside of a run. */
  readonly verify: EcdsaVerifier = (question) => {
    const name = nameOf(question);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    if (this.#asked === null) throw new RangeError('a signature is asked for outside of a run');
    this.#asked.set(name, question);
    return true;
  };

  /** What `act` returns or throws when all of its questions are answered truly. */
  async settle<T>(act: () => T): Promise<T> {
    for (;;) {
      const { outcome, asked } = this.#run(act);
      if (await this.#answer(asked)) return outcome();
    }
  }

  #run<T>(act: () => T): { readonly outcome: () => T; readonly asked: ReadonlyMap<string, EcdsaQuestion> } {
    const asked = new Map<string, EcdsaQuestion>();
    this.#asked = asked;
    const outcome = outcomeOf(act);
    this.#asked = null;
    return { outcome, asked };
  }

  /** Finds out what was asked; whether every signature is good. */
  async #answer(asked: ReadonlyMap<string, EcdsaQuestion>): Promise<boolean> {
    const questions = [...asked];
    let allGood = true;
    for (let at = 0; at < questions.length; at += AT_ONCE) {
      const batch = questions.slice(at, at + AT_ONCE);
      const answers = await Promise.all(batch.map(([, question]) => this.#slow(question)));
      for (const [i, [name]] of batch.entries()) this.#known.set(name, answers[i] === true);
      if (answers.includes(false)) allGood = false;
    }
    return allGood;
  }
}

/** What `act` returns or throws, as often as wanted. */
export function outcomeOf<T>(act: () => T): () => T {
  try {
    const value = act();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Keys and signatures of a curve have one length each, so that one question cannot pass for another. */
function nameOf({ curve, hash, publicKey, signature, message }: EcdsaQuestion): string {
  return toHex(sha256(concat(utf8(`${curve}/${hash}/`), publicKey, signature), message));
}
