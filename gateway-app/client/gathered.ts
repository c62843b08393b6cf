import { type Attestation, CotraceError, toHex } from '@cotrace/core';
import { checkAttestation, type Trust } from '@cotrace/verifier';
import type { Faults } from './faults.js';

/** So many masters' attestations were refused that no quorum is left, whoever answers. */
export class TooManyRefused extends CotraceError {}

/** Attestations of some blocks as masters send them, one a master and block. */
export class Gathered {
  readonly #byBlock: ReadonlyMap<bigint, Map<string, Attestation>>;
  readonly #masters: number;
  readonly #trust: Trust;
  readonly #dropped = new Set<string>();

  /** `masters`: how many there are. */
  constructor(blocks: readonly bigint[], masters: number, trust: Trust) {
    this.#masters = masters;
    this.#byBlock = new Map(blocks.map((blockNum) => [blockNum, new Map<string, Attestation>()]));
    this.#trust = trust;
  }

  /** How many organisations must agree. */
  get quorum(): number {
    return this.#trust.membership.quorum;
  }

  /** Whether attestations of a master were refused: it is not asked again. */
  hasDropped(master: string): boolean {
    return this.#dropped.has(master);
  }

  /** Throws `TooManyRefused`, code `NO_QUORUM`, where the masters that are left are fewer than a quorum. */
  refuseTooFew(faults: Faults): void {
    if (this.#masters - this.#dropped.size >= this.quorum) return;
    const refused = faults.list().filter(({ node }) => this.#dropped.has(node));
    const [blockNum = 0n] = this.#byBlock.keys();
    throw new TooManyRefused(
      'NO_QUORUM',
      `block ${blockNum} is not attested by a quorum of organisations: ${refused.map(({ message }) => message).join('; ')}`,
      { block: blockNum, refused },
    );
  }

  /** The blocks for which no quorum of masters send the same body. */
  missing(): bigint[] {
    return [...this.#byBlock].flatMap(([blockNum, sent]) =>
      largestGroup(sent).size >= this.quorum ? [] : [blockNum],
    );
  }

  /** Of those blocks, the ones of which a master has not sent an attestation. */
  wantedOf(master: string): bigint[] {
    return this.missing().filter((blockNum) => this.#byBlock.get(blockNum)?.has(master) !== true);
  }

  /**
   * Takes in what a master sends. Of its attestations the newest is checked here, which finds who sends rubbish; whether
   * each counts is the verifier's to say.
   */
  add(master: string, attestations: ReadonlyMap<bigint, Attestation>, faults: Faults): void {
    for (const [blockNum, attestation] of attestations) this.#byBlock.get(blockNum)?.set(master, attestation);
    const [newest] = [...attestations].sort(([a], [b]) => Number(b - a));
    if (newest !== undefined) this.#check(master, newest, faults);
  }

  /** Checks every attestation and drops all of the masters that sent one that does not count. Whether there were any. */
  dropRefused(faults: Faults): boolean {
    const before = this.#dropped.size;
    for (const [blockNum, sent] of this.#byBlock) {
      for (const [master, attestation] of [...sent]) this.#check(master, [blockNum, attestation], faults);
    }
    return this.#dropped.size > before;
  }

  /** Adds the masters to `faults` that state something else than the quorum. */
  nameDissenters(faults: Faults): void {
    for (const [blockNum, sent] of this.#byBlock) {
      const agreed = largestGroup(sent);
      if (agreed.size < this.quorum) continue;
      for (const master of sent.keys()) {
        if (!agreed.has(master)) faults.add(master, otherwise(blockNum));
      }
    }
  }

  /** All of them, block by block. */
  blocks(): { readonly block: bigint; readonly attestations: readonly Attestation[] }[] {
    return [...this.#byBlock].map(([blockNum, sent]) => ({
      block: blockNum,
      attestations: [...sent.values()],
    }));
  }

  #check(master: string, [blockNum, attestation]: readonly [bigint, Attestation], faults: Faults): void {
    const { terms, membership } = this.#trust;
    try {
      checkAttestation(attestation, blockNum, { ...terms, membership });
    } catch (error) {
      faults.add(master, error);
      this.#dropped.add(master);
      for (const sent of this.#byBlock.values()) sent.delete(master);
    }
  }
}

/** That a master states something else of a block than a quorum does. */
export function otherwise(blockNum: bigint): CotraceError {
  return new CotraceError('ATTESTS_OTHERWISE', `attests block ${blockNum} differently from a quorum`, {
    block: blockNum,
  });
}

/** The masters that send the body that most of them send. */
function largestGroup(sent: ReadonlyMap<string, Attestation>): ReadonlySet<string> {
  const groups = new Map<string, Set<string>>();
  for (const [master, { body }] of sent) {
    const key = toHex(body);
    groups.set(key, (groups.get(key) ?? new Set()).add(master));
  }
  const [largest = new Set<string>()] = [...groups.values()].sort((a, b) => b.size - a.size);
  return largest;
}
