import {
  CotraceError,
  encodeTransactionLeaf,
  leafHash,
  quorumAmong,
  sha256,
  VALID,
  verifyInclusion,
  type Attestation,
  type AttestationBody,
} from '@cotrace/core';
import {
  applicationOf,
  decodeEnvelope,
  isConfiguration,
  MspManager,
  verifierBy,
  type EcdsaVerifier,
} from '@cotrace/fabric-model';
import { judgeAttestations } from '../main-block/attestation.js';
import type { Transition } from '../trace-proof/types.js';
import { attestedBlock } from './attested-block.js';
import type { Trust } from './trust.js';

/** A consortium that changes its members every month does so for five years. */
export const MAX_TRANSITIONS = 64;

/** A block that is attested, as a proof shows it. */
export interface ShownBlock {
  readonly block: bigint;
  readonly attestations: readonly Attestation[];
}

/**
 * Whom to trust after `transitions`, which lead to `root`: each is attested by whom the one before leads to, the first by
 * `trust` (docs/formats.md, Transitions). `ecdsa` checks signatures. Throws `BAD_PROOF` for more than `MAX_TRANSITIONS` or
 * blocks that do not rise, and as `followTransition`.
 */
export function followTransitions(
  trust: Trust,
  transitions: readonly Transition[],
  root: ShownBlock,
  ecdsa: EcdsaVerifier,
): Trust {
  requireRising(transitions, root);
  return transitions.reduce(
    (before, transition, i) => followTransition(before, transition, transitions[i + 1] ?? root, ecdsa),
    trust,
  );
}

/** Throws `BAD_PROOF` for more transitions than `MAX_TRANSITIONS`, and for blocks that do not rise up to the root's. */
export function requireRising(transitions: readonly Transition[], root: ShownBlock): void {
  if (transitions.length > MAX_TRANSITIONS) {
    throw new CotraceError('BAD_PROOF', `the proof has more than ${MAX_TRANSITIONS} transitions`, {
      transitions: transitions.length,
    });
  }
  for (const [i, { block }] of transitions.entries()) {
    const next = transitions[i + 1] ?? root;
    if (block < next.block) continue;
    throw new CotraceError(
      'BAD_PROOF',
      `the transition of block ${block} does not come before block ${next.block}`,
      { block, next: next.block },
    );
  }
}

/**
 * Whom to trust after one transition; `next` is what it is shown for. Throws `NO_QUORUM` and `RULES` as `attestedBlock`,
 * `ROOT_MISMATCH` for an envelope that is not the block's, `WRONG_CHANNEL`, `BAD_PROOF` for one that is not a configuration
 * block, what reading a configuration throws, `STALE` for a configuration of before, and `NOT_ASKED` where `next` counts
 * without it.
 */
export function followTransition(
  trust: Trust,
  transition: Transition,
  next: ShownBlock,
  ecdsa: EcdsaVerifier,
): Trust {
  const { body } = attestedBlock(transition.block, transition.attestations, trust);
  const configuration = configurationOf(transition, body, trust.network.mainName);
  const { sequence, members, msps, quorum } = applicationOf(configuration, ecdsa);
  // One of before has organisations, or keys of theirs, that are no longer to be trusted.
  if (sequence <= trust.sequence) {
    const message = `the configuration of block ${transition.block} has sequence ${sequence}; ${trust.sequence} is trusted already`;
    throw new CotraceError('STALE', message, { block: transition.block, sequence, trusted: trust.sequence });
  }
  const q = quorumAmong(members.length, quorum);
  const manager = new MspManager(msps, verifierBy(ecdsa));
  if (counts(next, trust)) {
    throw new CotraceError(
      'NOT_ASKED',
      `the transition of block ${transition.block} is not needed: block ${next.block} counts without it`,
      { block: transition.block, next: next.block },
    );
  }
  return { ...trust, sequence, membership: { members, manager, quorum: q, hash: null } };
}

function counts({ block, attestations }: ShownBlock, { terms, membership }: Trust): boolean {
  return judgeAttestations(attestations, block, { ...terms, membership }).agreed !== null;
}

/** The bytes of the configuration that a block brought, the only transaction in it. */
function configurationOf(
  { block, envelope }: Transition,
  body: AttestationBody,
  mainName: string,
): Uint8Array {
  const decoded = decodeEnvelope(envelope);
  const { txId, channelId } = decoded.channelHeader;
  const leaf = encodeTransactionLeaf({ txNum: 0, code: VALID, txId, envelopeHash: sha256(envelope) });
  if (body.txTotal !== 1) throw noConfiguration(block);
  verifyInclusion({ index: 0, size: 1, leafHash: leafHash(leaf), proof: [], root: body.txRoot });
  if (channelId !== mainName) {
    throw new CotraceError(
      'WRONG_CHANNEL',
      `block ${block} belongs to channel ${channelId}, not to ${mainName}`,
      { block, channelId },
    );
  }
  if (!isConfiguration(decoded)) throw noConfiguration(block);
  return decoded.data;
}

function noConfiguration(block: bigint): CotraceError {
  return new CotraceError(
    'BAD_PROOF',
    `block ${block} brings no configuration, so it cannot be a transition`,
    {
      block,
    },
  );
}
