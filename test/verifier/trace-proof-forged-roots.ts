import { decodeAttestationBody, decodeHead, encodeAttestationBody, encodeHead, sha256 } from '@cotrace/core';
import type { Forgery } from './trace-proof-cases.js';
import type { Forger } from './trace-proof-forger.js';
import { M, O, QUORUM } from './trace-proof-scene.js';

/** Under roots that are attested, and attestations. */
export function forgedRoots(forger: Forger): Forgery[] {
  const { world } = forger;
  return [
    // Heads that no honest master makes.
    forger.underHead('a head has more peaks than its count', 'TRAILING_BYTES', (head) =>
      Uint8Array.of(...head, ...sha256()),
    ),
    forger.underHead('a head is cut', 'TRUNCATED', (head) => head.slice(0, -1)),
    forger.underHead('a head counts events of blocks to come', 'WRONG_HEAD', (head) =>
      encodeHead(decodeHead(head).map((tree) => ({ ...tree, lastBlock: 8n }))),
    ),
    forger.underHead('a head has no tree', 'BAD_TRACE_HEAD', () => Uint8Array.of(0, 0)),
    // Attestations.
    forger.edited('one organisation attests', 'NO_QUORUM', (proof) => proof, { attestedBy: [O] }),
    forger.edited('one organisation attests twice', 'BAD_PROOF', (proof) => proof, { attestedBy: [O, O] }),
    forger.edited('two organisations attest different roots', 'NO_QUORUM', (proof) => ({
      ...proof,
      root: {
        ...proof.root,
        attestations: proof.root.attestations.map((one, at) =>
          at === 0
            ? one
            : world.attest(
                M,
                encodeAttestationBody({ ...decodeAttestationBody(one.body), trieRoot: sha256() }),
                9n,
              ),
        ),
      },
    })),
    forger.edited('attestations are of another block', 'NO_QUORUM', (proof) => ({
      ...proof,
      root: { ...proof.root, block: proof.root.block + 1n },
    })),
    forger.edited('a signature is altered', 'NO_QUORUM', (proof) => ({
      ...proof,
      root: {
        ...proof.root,
        attestations: proof.root.attestations.map((one) => ({ ...one, unixSeconds: one.unixSeconds + 1n })),
      },
    })),
    forger.edited('attestations are of another network', 'NO_QUORUM', (proof) => ({
      ...proof,
      root: {
        ...proof.root,
        attestations: proof.root.attestations.map((one) =>
          world.attest(
            one.mspId,
            encodeAttestationBody({ ...decodeAttestationBody(one.body), networkId: sha256() }),
            one.unixSeconds,
          ),
        ),
      },
    })),
    forger.edited('one organisation says how far the ledger has come', 'NO_QUORUM', (proof) => ({
      ...proof,
      tips: [world.tip(O, 9n, 1_780_000_100n)],
    })),
    forger.edited('one organisation says twice how far the ledger has come', 'BAD_PROOF', (proof) => ({
      ...proof,
      tips: [O, O].map((mspId) => world.tip(mspId, 9n, 1_780_000_100n)),
    })),
    forger.edited('a tip is altered', 'NO_QUORUM', (proof) => ({
      ...proof,
      tips: QUORUM.map((mspId) => ({ ...world.tip(mspId, 9n, 1_780_000_100n), block: 8n })),
    })),
    forger.edited('a transition is shown that nothing needs', 'BAD_PROOF', (proof) => ({
      ...proof,
      transitions: [{ ...proof.root, envelope: sha256() }],
    })),
  ];
}
