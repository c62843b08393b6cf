import { create } from '@bufbuild/protobuf';
import { type Attestation, type AttestationBody, type ErrorCode, toHex } from '@cotrace/core';
import {
  checkStatement,
  judgeAttestations,
  type MainConfig,
  type NetworkTerms,
  type Verdict,
} from '@cotrace/verifier';
import { EvidenceSchema } from '../gen/cotrace/cotrace_pb.js';
import type { Log } from '../node/log.js';
import type { AttestationPool, Received } from './attestation-pool.js';
import type { DomainStore } from './domain-store.js';
import type { RefusalLog } from './refusal-log.js';

interface Judgement {
  readonly block: bigint;
  readonly of: readonly Received[];
  readonly verdict: Verdict;
  reported: boolean;
}

/** Judges attestations for one node; organisations that equivocated do not count again, restarts included. */
export class Jury {
  readonly #terms: NetworkTerms;
  readonly #store: DomainStore;
  readonly #refusals: RefusalLog;
  readonly #log: Log;
  readonly #excluded: Set<string>;
  /** The last judgement, and what it was of. */
  #last: Judgement | null = null;
  /** What the attestations state that were checked under `main`: with each that arrives, those before are judged again. */
  #checked: { readonly main: MainConfig; readonly bodies: WeakMap<Attestation, AttestationBody> } | null =
    null;

  constructor(
    terms: NetworkTerms,
    store: DomainStore,
    refusals: RefusalLog,
    excluded: ReadonlySet<string>,
    log: Log,
  ) {
    this.#terms = terms;
    this.#store = store;
    this.#refusals = refusals;
    this.#excluded = new Set(excluded);
    this.#log = log;
  }

  /** Judges what the pool holds of `blockNum`; refusals are reported and equivocations kept as evidence. */
  async judge(blockNum: bigint, pool: AttestationPool, main: MainConfig): Promise<Verdict> {
    const judgement = this.#judgement(blockNum, pool, main);
    const { verdict } = judgement;
    if (judgement.reported) return verdict;
    judgement.reported = true;
    for (const { attestation, error } of verdict.refused) {
      const source = judgement.of.find((one) => one.attestation === attestation)?.source ?? '';
      this.#refusals.add({ blockNum, source, code: error.code, reason: error.message });
      const kind = `attestation ${source} ${error.code}`;
      this.#log.often('warn', kind, `refused an attestation of block ${blockNum} from ${source}`, error);
    }
    for (const [first, second] of verdict.equivocations) await this.#exclude(blockNum, first, second);
    return verdict;
  }

  /** What `electors` attest of `blockNum`, who are not the members before it; nobody is reported. */
  among(blockNum: bigint, pool: AttestationPool, electors: MainConfig): Verdict {
    return judgeAttestations(
      this.#received(blockNum, pool).map(({ attestation }) => attestation),
      blockNum,
      { ...this.#terms, membership: electors },
    );
  }

  /** Whether a quorum has attested `blockNum` already. */
  hasAgreed(blockNum: bigint, pool: AttestationPool, main: MainConfig): boolean {
    return this.#judgement(blockNum, pool, main).verdict.agreed !== null;
  }

  #judgement(blockNum: bigint, pool: AttestationPool, main: MainConfig): Judgement {
    const received = this.#received(blockNum, pool);
    const last = this.#last;
    if (last?.block === blockNum && last.of.length === received.length) {
      if (last.of.every((one, i) => one === received[i])) return last;
    }
    const verdict = judgeAttestations(
      received.map(({ attestation }) => attestation),
      blockNum,
      { ...this.#terms, membership: main },
      this.#checkUnder(main),
    );
    const judgement: Judgement = { block: blockNum, of: received, verdict, reported: false };
    this.#last = judgement;
    return judgement;
  }

  #received(blockNum: bigint, pool: AttestationPool): Received[] {
    return pool.of(blockNum).filter(({ attestation }) => !this.#excluded.has(attestation.mspId));
  }

  #checkUnder(main: MainConfig): typeof checkStatement {
    if (this.#checked?.main !== main) this.#checked = { main, bodies: new WeakMap() };
    const { bodies } = this.#checked;
    return (attestation, blockNum, terms) => {
      const known = bodies.get(attestation);
      if (known?.blockNum === blockNum) return known;
      const body = checkStatement(attestation, blockNum, terms);
      bodies.set(attestation, body);
      return body;
    };
  }

  async #exclude(blockNum: bigint, first: Attestation, second: Attestation): Promise<void> {
    const { mspId } = first;
    this.#excluded.add(mspId);
    const reason = `${mspId} signed two different attestations of block ${blockNum}`;
    const evidence = create(EvidenceSchema, {
      kind: 'equivocation',
      blockNum,
      reason,
      attestations: [first, second].map((attestation) => ({ ...attestation })),
    });
    await this.#store.keepEvidence(evidence, mspId);
    this.#refusals.add({
      blockNum,
      source: mspId,
      code: 'EQUIVOCATION' satisfies ErrorCode,
      reason,
    });
    this.#log.error(`${reason} (certificate ${toHex(first.certificate).slice(0, 16)}…); it no longer counts`);
  }
}
