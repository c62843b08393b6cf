import { type Attestation, CotraceError, toHex } from '@cotrace/core';
import { checkAttestation, type Trust } from '@cotrace/verifier';
import type { Faults } from './faults.js';

/** So many masters' attestations were refused that no quorum is left, whoever answers. */
export class TooManyRefused extends CotraceError {}

/** A master that attestations are asked of. */
export interface AskedMaster {
  readonly name: string;
  readonly mspId: string;
}

/** An attestation, and the master that sent it: that need not be the one of the organisation that it names. */
interface Sent {
  readonly attestation: Attestation;
  readonly source: string;
}

/** Attestations of some blocks as masters send them, one an organisation and block. */
export class Gathered {
  /** By MSP id for each block. */
  readonly #byBlock: ReadonlyMap<bigint, Map<string, Sent>>;
  readonly #masters: number;
  readonly #trust: Trust;
  readonly #dropped = new Set<string>();

  /** `masters`: how many there are. */
  constructor(blocks: readonly bigint[], masters: number, trust: Trust) {
    this.#masters = masters;
    this.#byBlock = new Map(blocks.map((blockNum) => [blockNum, new Map<string, Sent>()]));
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

  /** Throws `TooManyRefused`, code `NO_QUORUM`, where something is missing and the masters left are fewer than a quorum. */
  refuseTooFew(faults: Faults): void {
    if (this.#masters - this.#dropped.size >= this.quorum || this.missing().length === 0) return;
    const refused = faults.list().filter(({ node }) => this.#dropped.has(node));
    const [blockNum = 0n] = this.#byBlock.keys();
    throw new TooManyRefused(
      'NO_QUORUM',
      `block ${blockNum} is not attested by a quorum of organisations: ${refused.map(({ message }) => message).join('; ')}`,
      { block: blockNum, refused },
    );
  }

  /** The blocks for which there is no quorum of organisations with the same body. */
  missing(): bigint[] {
    return [...this.#byBlock].flatMap(([blockNum, sent]) =>
      largestGroup(sent).size >= this.quorum ? [] : [blockNum],
    );
  }

  /** Of those blocks, the ones of which the attestation of a master's own organisation is not there. */
  wantedOf({ mspId }: AskedMaster): bigint[] {
    return this.missing().filter((blockNum) => this.#byBlock.get(blockNum)?.has(mspId) !== true);
  }

  /**
   * Takes in what a master sends; what others sent of its own organisation gives way to it. Of its attestations those of the
   * newest block are checked here, which finds who sends rubbish; whether each counts is the verifier's to say.
   */
  add(
    { name: source, mspId: own }: AskedMaster,
    attestations: readonly (readonly [bigint, Attestation])[],
    faults: Faults,
  ): void {
    let newest = -1n;
    for (const [blockNum, attestation] of attestations) {
      const { mspId } = attestation;
      const known = this.#byBlock.get(blockNum);
      if (known === undefined || !this.#isTrusted(mspId) || (known.has(mspId) && mspId !== own)) continue;
      known.set(mspId, { attestation, source });
      if (blockNum > newest) newest = blockNum;
    }
    for (const sent of this.#byBlock.get(newest)?.values() ?? []) {
      if (sent.source === source) this.#check(newest, sent, faults);
    }
  }

  /** Checks every attestation and drops all of the masters that sent one that does not count. Whether there were any. */
  dropRefused(faults: Faults): boolean {
    const before = this.#dropped.size;
    for (const [blockNum, sent] of this.#byBlock) {
      for (const one of [...sent.values()]) this.#check(blockNum, one, faults);
    }
    return this.#dropped.size > before;
  }

  /** Adds the masters to `faults` that state something else than the quorum. */
  nameDissenters(faults: Faults): void {
    for (const [blockNum, sent] of this.#byBlock) {
      const agreed = largestGroup(sent);
      if (agreed.size < this.quorum) continue;
      for (const [mspId, { source }] of sent) {
        if (!agreed.has(mspId)) faults.add(source, otherwise(blockNum));
      }
    }
  }

  /** All of them, block by block. */
  blocks(): { readonly block: bigint; readonly attestations: readonly Attestation[] }[] {
    return [...this.#byBlock].map(([blockNum, sent]) => ({
      block: blockNum,
      attestations: [...sent.values()].map(({ attestation }) => attestation),
    }));
  }

  /** Who is not in the trust file cannot count: so it is with members that joined since. */
  #isTrusted(mspId: string): boolean {
    return this.#trust.membership.members.some((member) => member.mspId === mspId);
  }

  #check(blockNum: bigint, { attestation, source }: Sent, faults: Faults): void {
    if (this.#dropped.has(source)) return;
    const { terms, membership } = this.#trust;
    try {
      checkAttestation(attestation, blockNum, { ...terms, membership });
    } catch (error) {
      faults.add(source, error);
      this.#dropped.add(source);
      for (const sent of this.#byBlock.values()) {
        for (const [mspId, one] of [...sent]) if (one.source === source) sent.delete(mspId);
      }
    }
  }
}

/** That a master states something else of a block than a quorum does. */
export function otherwise(blockNum: bigint): CotraceError {
  return new CotraceError('ATTESTS_OTHERWISE', `attests block ${blockNum} differently from a quorum`, {
    block: blockNum,
  });
}

/** The organisations that state the body that most of them state. */
function largestGroup(sent: ReadonlyMap<string, Sent>): ReadonlySet<string> {
  const groups = new Map<string, Set<string>>();
  for (const [mspId, { attestation }] of sent) {
    const key = toHex(attestation.body);
    groups.set(key, (groups.get(key) ?? new Set()).add(mspId));
  }
  const [largest = new Set<string>()] = [...groups.values()].sort((a, b) => b.size - a.size);
  return largest;
}
