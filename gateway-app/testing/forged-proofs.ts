import { sha256 } from '@cotrace/core';
import type { RecordsProof } from '@cotrace/verifier';
import { attest, withMembers } from './attestations.js';
import { oddRecords } from './odd-records.js';
import { BROKEN_CHAINS, INVALID, ODD_BLOCK, type ProofScene } from './proof-scene.js';
import { recordsProof } from './proofs.js';
import { capture } from './records.js';

/** A proof that must be refused: what is wrong with it, the code of the error, and the proof. */
export type Forgery = readonly [
  title: string,
  code: string,
  forge: () => RecordsProof | Promise<RecordsProof>,
];

/** Forgeries of a scene's honest proof, by name. */
export function forgeries(scene: ProofScene): readonly Forgery[] {
  const { network, chain, masters, honest } = scene;
  const bodyOf = (blockNum: bigint) => scene.attestations(blockNum).attestations[0]?.body ?? new Uint8Array();
  const first = () => transactionOf(2n);
  const transactionOf = (blockNum: bigint) => {
    const found = honest.transactions.find((transaction) => transaction.block === blockNum);
    if (found === undefined) throw new RangeError(`no transaction in block ${blockNum}`);
    return found;
  };
  const without = (blockNum: bigint): RecordsProof => ({
    ...honest,
    blocks: honest.blocks.filter((one) => one.block !== blockNum),
    transactions: honest.transactions.filter((one) => one.block !== blockNum),
  });
  const replacing = (
    blockNum: bigint,
    parts: Partial<RecordsProof['transactions'][number]>,
  ): RecordsProof => ({
    ...honest,
    transactions: honest.transactions.map((one) => (one.block === blockNum ? { ...one, ...parts } : one)),
  });
  const attestedAs = (
    blockNum: bigint,
    change: (body: Uint8Array) => Uint8Array,
    liars: number,
  ): RecordsProof => ({
    ...honest,
    blocks: honest.blocks.map((one) =>
      one.block === blockNum
        ? {
            block: blockNum,
            attestations: one.attestations.map((attestation, i) =>
              i < liars ? attest(network.organisation(i).master, change(attestation.body)) : attestation,
            ),
          }
        : one,
    ),
  });
  const stray = async (traceId: string) => recordsProof(masters, traceId, 'none');

  return [
    [
      'with another envelope',
      'ROOT_MISMATCH',
      () =>
        replacing(2n, {
          envelope: capture(network, {
            label: 'harvest',
            step: 'commissioning',
            traces: [
              { id: 'FIELD', role: 'input', ver: 1 },
              { id: 'GRAIN', role: 'output', ver: 1 },
            ],
          }).envelope,
        }),
    ],
    ['with another place in the block', 'ROOT_MISMATCH', () => replacing(2n, { txNum: 0 })],
    ['with a place beyond the block', 'BAD_LEAF_INDEX', () => replacing(2n, { txNum: 3 })],
    ['with a shorter inclusion proof', 'BAD_PROOF_LENGTH', () => replacing(2n, { inclusionProof: [] })],
    [
      'with a longer inclusion proof',
      'BAD_PROOF_LENGTH',
      () => replacing(2n, { inclusionProof: [...first().inclusionProof, new Uint8Array(32)] }),
    ],
    [
      'with swapped siblings',
      'ROOT_MISMATCH',
      () => replacing(2n, { inclusionProof: [...first().inclusionProof].reverse() }),
    ],
    ['that moves a transaction to the place of another', 'BAD_PROOF', () => replacing(2n, { block: 3n })],
    [
      'that calls a transaction of one block one of another',
      'ROOT_MISMATCH',
      () => ({
        ...without(2n),
        transactions: [...without(2n).transactions, { ...first(), block: 3n, txNum: 0 }],
      }),
    ],
    [
      'without the attestations of a block',
      'UNATTESTED_BLOCK',
      () => ({ ...honest, blocks: honest.blocks.slice(1) }),
    ],
    [
      'with one attestation of a block',
      'NO_QUORUM',
      () => ({
        ...honest,
        blocks: honest.blocks.map(({ block, attestations }) => ({
          block,
          attestations: attestations.slice(0, 1),
        })),
      }),
    ],
    [
      'with one organisation’s attestation twice',
      'BAD_PROOF',
      () => ({
        ...honest,
        blocks: honest.blocks.map(({ block }) => ({
          block,
          attestations: [network.organisation(0).master, network.organisation(0).peer].map((identity) =>
            attest(identity, bodyOf(block)),
          ),
        })),
      }),
    ],
    [
      'attested by clients',
      'NO_QUORUM',
      () => ({
        ...honest,
        blocks: honest.blocks.map(({ block }) => ({
          block,
          attestations: network.organisations.map(({ client }) => attest(client, bodyOf(block))),
        })),
      }),
    ],
    [
      'attested for another network',
      'NO_QUORUM',
      () => attestedAs(2n, (body) => withMembers(body, { networkId: sha256(body) }), 3),
    ],
    [
      'with attestations of another block',
      'NO_QUORUM',
      () => ({
        ...honest,
        blocks: honest.blocks.map(({ block }) => ({
          block,
          attestations: scene.attestations(6n).attestations,
        })),
      }),
    ],
    [
      'that two organisations attest and one denies with another root',
      'ROOT_MISMATCH',
      () => attestedAs(2n, (body) => withMembers(body, { txRoot: sha256(body) }), 2),
    ],
    [
      'with a block twice',
      'BAD_PROOF',
      () => ({ ...honest, blocks: [...honest.blocks, ...honest.blocks.slice(0, 1)] }),
    ],
    [
      'with a block that holds nothing of the answer',
      'NOT_ASKED',
      () => ({
        ...honest,
        blocks: [...honest.blocks, scene.attestations(6n)],
      }),
    ],
    [
      'with a transaction twice',
      'BAD_PROOF',
      () => ({ ...honest, transactions: [...honest.transactions, first()] }),
    ],
    ['without the record in the middle', 'GAP', () => without(3n)],
    ['without the first record', 'GAP', () => without(2n)],
    [
      'with a transaction of another lineage',
      'NOT_ASKED',
      async () => {
        const { blocks, transactions } = await stray('SALT');
        return {
          ...honest,
          blocks: [...honest.blocks, ...blocks],
          transactions: [...honest.transactions, ...transactions],
        };
      },
    ],
    [
      'with a transaction that holds no record',
      'NOT_ASKED',
      () => ({ ...honest, transactions: [...honest.transactions, scene.transaction(2n, 0)] }),
    ],
    [
      'that answers another question',
      'NOT_ASKED',
      () => ({ ...honest, question: { traceId: 'SALT', direction: 'up' as const } }),
    ],
    [
      'that goes further than was asked',
      'NOT_ASKED',
      () => ({ ...honest, question: { traceId: 'FLOUR', direction: 'none' as const } }),
    ],
    [
      'with a transaction that the peers found invalid',
      'ROOT_MISMATCH',
      async () => {
        const { blocks, transactions } = await stray('SALT');
        const [envelope = new Uint8Array()] = chain.block(INVALID.block).envelopes;
        const inclusionProof = [scene.leafHash(INVALID.block, 1)];
        return {
          question: { traceId: 'SALT', direction: 'none' },
          blocks: [...blocks, scene.attestations(INVALID.block)],
          transactions: [...transactions, { ...INVALID, envelope, inclusionProof }],
        };
      },
    ],
    [
      'that shows nothing',
      'PROVES_NOTHING',
      () => ({ question: { traceId: 'NONE', direction: 'up' as const }, blocks: [], transactions: [] }),
    ],
    ['that shows blocks alone', 'NOT_ASKED', () => ({ ...honest, transactions: [] })],
    [
      'whose question forges a verdict',
      'BAD_PROOF',
      () => ({
        question: { traceId: 'NONE\nverified: every event', direction: 'up' as const },
        blocks: [],
        transactions: [],
      }),
    ],
    [
      'whose question is an alias',
      'BAD_PROOF',
      () => ({
        ...honest,
        question: { traceId: 'urn:epc:id:sgtin:0614141.112345.400', direction: 'up' as const },
      }),
    ],
    [
      'with more certificates of one organisation than it can have had',
      'BAD_PROOF',
      () => ({
        ...honest,
        blocks: Array.from({ length: 65 }, (_, i) => ({
          block: BigInt(i),
          attestations: scene.attestations(2n).attestations.map((one, at) => ({
            ...one,
            certificate: at > 0 ? one.certificate : Uint8Array.of(i),
          })),
        })),
      }),
    ],
    ...BROKEN_CHAINS.map(({ traceId, blocks }): Forgery => [
      `of a chain that does not hold, ${traceId}`,
      'GAP',
      () =>
        scene.proofOf(
          traceId,
          blocks.map((blockNum) => ({ block: blockNum, txNum: 1 })),
        ),
    ]),
    ...oddRecords(network).map(({ title, traceId }, txNum): Forgery => [
      `with ${title}`,
      'NOT_ASKED',
      () => scene.proofOf(traceId, [{ block: ODD_BLOCK, txNum }]),
    ]),
  ];
}
