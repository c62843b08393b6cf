import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { isCotraceError, sha256, toHex, utf8 } from '@cotrace/core';
import { pureVerifier } from '@cotrace/fabric-model';
import { nodeVerifier } from '@cotrace/network';
import fc from 'fast-check';
import { attest, withMembers } from '../testing/attestations.js';
import { codeOf } from '../testing/codes.js';
import { recordsProof, trustFile } from '../testing/proofs.js';
import { capture, type TestRecord } from '../testing/records.js';
import { TestChain } from '../testing/test-chain.js';
import { TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { definition, put } from '../testing/transactions.js';
import { readRecordsProof, writeRecordsProof, type RecordsProof } from './records-proof.js';
import { readTrust, type Trust } from './trust.js';
import { verifyRecords, type VerifiedTrace } from './verify-records.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
jest.setTimeout(RUNS > 100 ? 900_000 : 30_000);
const MVCC_READ_CONFLICT = 11;

let network: TestNetwork;
let chain: TestChain;
let masters: TestMaster[];
let trust: Trust;
/** Up from FLOUR: two records of it, GRAIN it was milled from, and FIELD, of which nothing is known. */
let honest: RecordsProof;

beforeAll(async () => {
  network = await TestNetwork.create();
  chain = new TestChain(network);
  masters = await TestMaster.openAll(network);
  trust = readTrust(trustFile(network), nodeVerifier);
  chain.add([definition(network, 'goods'), definition(network, 'retail')]);
  const noise = () => put(network, 'retail', { noise: String(chain.height) });
  const harvest = add({
    recordId: 'harvest',
    traces: [
      { id: 'FIELD', role: 'input', ver: 1 },
      { id: 'GRAIN', role: 'output', ver: 1 },
    ],
  });
  const milling = add({
    recordId: 'milling',
    traces: [
      { id: 'GRAIN', role: 'input', ver: 2, preTraceTxId: harvest.txId, preTraceHash: harvest.hash },
      { id: 'FLOUR', role: 'output', ver: 1 },
    ],
  });
  add({
    recordId: 'storing',
    traces: [
      { id: 'FLOUR', role: 'subject', ver: 2, preTraceTxId: milling.txId, preTraceHash: milling.hash },
    ],
  });
  add({ recordId: 'selling', domain: 'retail', traces: [{ id: 'FLOUR', role: 'subject', ver: 1 }] });
  add({ recordId: 'other', traces: [{ id: 'SALT', role: 'subject', ver: 1 }] });
  const lost = capture(network, { recordId: 'lost', traces: [{ id: 'SALT', role: 'subject', ver: 2 }] });
  chain.add([lost.envelope, noise()], [MVCC_READ_CONFLICT]);
  for (const master of masters) await master.follow(chain);
  honest = await recordsProof(masters, 'FLOUR', 'up');

  function add(record: TestRecord): { txId: string; hash: string } {
    const { txId, envelope } = capture(network, record);
    return { txId, hash: toHex(chain.add([noise(), envelope, noise()]).headerHash) };
  }
});

afterAll(async () => {
  for (const master of masters) await master.close();
  await network.remove();
});

/** What an outsider does with the text of a proof file. */
const verify = (text: string, trusted = trust): VerifiedTrace =>
  verifyRecords(readRecordsProof(text), trusted);
const outcomeOf = (proof: RecordsProof, trusted = trust) =>
  codeOf(() => verify(writeRecordsProof(proof), trusted));
const bodyOf = (block: bigint) => masters[0]?.attestation(block).body ?? new Uint8Array();

describe('a records proof', () => {
  it('shows the records of the lineage in the order of the ledger, and who stands behind them', () => {
    const { records, identifiers, attestedBy, question } = verify(writeRecordsProof(honest));
    expect(question).toEqual({ traceId: 'FLOUR', direction: 'up' });
    expect(records.map(({ domain, recordId, block, txNum }) => [domain, recordId, block, txNum])).toEqual([
      ['goods', 'harvest', 2n, 1],
      ['goods', 'milling', 3n, 1],
      ['goods', 'storing', 4n, 1],
      ['retail', 'selling', 5n, 1],
    ]);
    expect(identifiers).toEqual([
      { id: 'FLOUR', records: 3, lacksOrigin: false },
      { id: 'GRAIN', records: 2, lacksOrigin: false },
      { id: 'FIELD', records: 1, lacksOrigin: true },
    ]);
    expect(attestedBy).toEqual(['Org1MSP', 'Org2MSP', 'Org3MSP']);
  });

  it('needs no more than a quorum, and says which', async () => {
    const blocks = honest.blocks.map(({ block, attestations }) => ({
      block,
      attestations: attestations.slice(1),
    }));
    expect(verifyRecords({ ...honest, blocks }, trust).attestedBy).toEqual(['Org2MSP', 'Org3MSP']);
    const whole = readTrust(trustFile(network, 3), nodeVerifier);
    // Attestations name the quorum that was in force: another one is another membership.
    expect(await outcomeOf(honest, whole)).toBe('NO_QUORUM');
  });

  it('verifies with plain TypeScript as with Node’s own cryptography', () => {
    const pure = readTrust(trustFile(network), pureVerifier);
    expect(verify(writeRecordsProof(honest), pure).records).toHaveLength(4);
  });

  it('of an identifier that nobody recorded is empty and says so', () => {
    const nothing: RecordsProof = {
      question: { traceId: 'NONE', direction: 'up' },
      blocks: [],
      transactions: [],
    };
    expect(verifyRecords(nothing, trust)).toMatchObject({
      records: [],
      identifiers: [{ id: 'NONE', records: 0, lacksOrigin: true }],
    });
  });
});

describe('a forged records proof is refused', () => {
  const first = () => transactionOf(2n);
  const transactionOf = (block: bigint) => {
    const found = honest.transactions.find((transaction) => transaction.block === block);
    if (found === undefined) throw new RangeError(`no transaction in block ${block}`);
    return found;
  };
  const without = (block: bigint): RecordsProof => ({
    ...honest,
    blocks: honest.blocks.filter((one) => one.block !== block),
    transactions: honest.transactions.filter((one) => one.block !== block),
  });
  const replacing = (block: bigint, parts: Partial<RecordsProof['transactions'][number]>): RecordsProof => ({
    ...honest,
    transactions: honest.transactions.map((one) => (one.block === block ? { ...one, ...parts } : one)),
  });
  const attestedAs = (
    block: bigint,
    change: (body: Uint8Array) => Uint8Array,
    liars: number,
  ): RecordsProof => ({
    ...honest,
    blocks: honest.blocks.map((one) =>
      one.block === block
        ? {
            block,
            attestations: one.attestations.map((attestation, i) =>
              i < liars ? attest(network.organisation(i).master, change(attestation.body)) : attestation,
            ),
          }
        : one,
    ),
  });
  const stray = async (traceId: string) => recordsProof(masters, traceId, 'none');

  const forgeries: readonly (readonly [string, string, () => RecordsProof | Promise<RecordsProof>])[] = [
    [
      'with another envelope',
      'ROOT_MISMATCH',
      () =>
        replacing(2n, {
          envelope: capture(network, {
            recordId: 'harvest',
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
      'NO_QUORUM',
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
          attestations: masters.map((one) => one.attestation(6n)),
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
        blocks: [...honest.blocks, { block: 6n, attestations: masters.map((one) => one.attestation(6n)) }],
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
      () => {
        const { inclusionProof } = first();
        const [envelope = new Uint8Array()] = chain.block(2n).envelopes;
        const proof = masters[0]?.businessBlock(2n, 'retail');
        expect(proof?.transactions.length).toBeGreaterThan(0);
        return {
          ...honest,
          transactions: [
            ...honest.transactions,
            {
              block: 2n,
              txNum: 0,
              envelope,
              inclusionProof: [leafHashOf(2n, 1), ...inclusionProof.slice(1)],
            },
          ],
        };
      },
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
  ];

  function leafHashOf(block: bigint, txNum: number): Uint8Array {
    const leaf = masters[0]?.store.block(block).transactions[txNum]?.leaf ?? new Uint8Array();
    return sha256(Uint8Array.of(0), leaf);
  }

  it.each(forgeries)('%s: %s', async (_title, code, forge) => {
    expect(await outcomeOf(await forge())).toBe(code);
  });

  it('with a transaction that the peers found invalid: ROOT_MISMATCH', async () => {
    const { blocks, transactions } = await stray('SALT');
    const [envelope = new Uint8Array()] = chain.block(7n).envelopes;
    const proof: RecordsProof = {
      question: { traceId: 'SALT', direction: 'none' },
      blocks: [...blocks, { block: 7n, attestations: masters.map((one) => one.attestation(7n)) }],
      transactions: [...transactions, { block: 7n, txNum: 0, envelope, inclusionProof: [leafHashOf(7n, 1)] }],
    };
    expect(await outcomeOf(proof)).toBe('ROOT_MISMATCH');
  });

  it('of another channel: WRONG_CHANNEL', async () => {
    // The same organisations attest a block that holds a transaction of another channel.
    const foreign = network.sibling('staging');
    const { envelope } = capture(foreign, { recordId: 'x', traces: [{ id: 'X', role: 'subject', ver: 1 }] });
    const other = new TestChain(network);
    other.add([envelope]);
    const liars = await TestMaster.openAll(network, 'foreign');
    for (const liar of liars) await liar.follow(other);
    expect(await outcomeOf(await recordsProof(liars, 'X', 'none'))).toBe('WRONG_CHANNEL');
    for (const liar of liars) await liar.close();
  });

  it('to a verifier that trusts another network: NO_QUORUM', async () => {
    const staging = readTrust(trustFile(network.sibling('staging')), nodeVerifier);
    expect(await outcomeOf(honest, staging)).toBe('NO_QUORUM');
  });
});

describe('the text of a records proof', () => {
  const change = (edit: (file: ProofFile) => unknown): string => {
    const file = JSON.parse(writeRecordsProof(honest)) as ProofFile;
    edit(file);
    return JSON.stringify(file);
  };
  interface ProofFile {
    format: string;
    question: Record<string, unknown>;
    blocks: { block: unknown; attestations: Record<string, unknown>[] }[];
    transactions: Record<string, unknown>[];
    [name: string]: unknown;
  }
  const firstOf = (file: ProofFile) => file.transactions[0] ?? {};

  const broken: readonly (readonly [string, string, () => string])[] = [
    ['followed by something', 'BAD_JSON', () => `${writeRecordsProof(honest)}{}`],
    ['cut off', 'BAD_JSON', () => writeRecordsProof(honest).slice(0, -3)],
    [
      'with a member twice',
      'DUPLICATE_MEMBER',
      () => writeRecordsProof(honest).replace('{', '{"format":"x",'),
    ],
    ['with a member that is unknown', 'BAD_PROOF', () => change((file) => (file['note'] = 'trust me'))],
    ['with an unknown member deep inside', 'BAD_PROOF', () => change((file) => (firstOf(file)['code'] = 0))],
    ['of another format', 'BAD_PROOF', () => change((file) => (file.format = 'cotrace.records-proof.v2'))],
    [
      'with a block number that is a number',
      'BAD_PROOF',
      () => change((file) => (firstOf(file)['block'] = 2)),
    ],
    [
      'with a block number with a zero before',
      'BAD_PROOF',
      () => change((file) => (firstOf(file)['block'] = '02')),
    ],
    ['with a place that is a text', 'BAD_PROOF', () => change((file) => (firstOf(file)['txNum'] = '1'))],
    ['with a place that is no integer', 'BAD_PROOF', () => change((file) => (firstOf(file)['txNum'] = 1.5))],
    ['with padded base64', 'BAD_PROOF', () => change((file) => (firstOf(file)['envelope'] = 'AA=='))],
    [
      'with tail bits that are not zero',
      'BAD_PROOF',
      () => change((file) => (firstOf(file)['envelope'] = 'AB')),
    ],
    [
      'with a hash that is too long',
      'BAD_PROOF',
      () => change((file) => (firstOf(file)['inclusionProof'] = ['A'.repeat(44)])),
    ],
    ['with a list that is none', 'BAD_PROOF', () => change((file) => (firstOf(file)['inclusionProof'] = {}))],
    [
      'with too long a list',
      'BAD_PROOF',
      () => change((file) => (firstOf(file)['inclusionProof'] = Array.from({ length: 33 }, () => 'AA'))),
    ],
    [
      'with a direction that is none',
      'BAD_PROOF',
      () => change((file) => (file.question['direction'] = 'sideways')),
    ],
    ['without a question', 'BAD_PROOF', () => change((file) => delete (file as Partial<ProofFile>).question)],
    [
      'with a signature of kilobytes',
      'BAD_PROOF',
      () =>
        change((file) =>
          file.blocks[0]?.attestations.push({
            ...file.blocks[0].attestations[0],
            signature: 'A'.repeat(4000),
          }),
        ),
    ],
    ['that is an array', 'BAD_PROOF', () => '[]'],
    ['that is nothing', 'BAD_JSON', () => ''],
  ];

  it.each(broken)('%s is refused: %s', async (_title, code, text) => {
    expect(await codeOf(() => verify(text()))).toBe(code);
  });

  it('may have any character changed without showing anything else', async () => {
    const text = writeRecordsProof(honest);
    const shown = verify(text).records;
    const characters = fc.constantFrom(
      'A',
      'B',
      'a',
      '0',
      '1',
      '_',
      '-',
      '"',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      ' ',
      '\\',
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), characters, async (at, character) => {
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        const code = await codeOf(() => verify(changed));
        // Two attestations of three are enough, so one of them may be damaged.
        if (code === null) expect(verify(changed).records).toEqual(shown);
      }),
      { numRuns: RUNS },
    );
  });

  it('of any bytes is refused without harm', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          readRecordsProof(text);
          throw new Error('it was taken');
        } catch (error) {
          expect(isCotraceError(error)).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a trust file', () => {
  interface TrustFile {
    quorum: number;
    organisations: { mspId: string; mspConfig: string }[];
    network: Record<string, unknown>;
    [name: string]: unknown;
  }
  const change = (edit: (file: TrustFile) => unknown): string => {
    const file = JSON.parse(trustFile(network)) as TrustFile;
    edit(file);
    return JSON.stringify(file);
  };

  it('names the same network and membership as the consortium', () => {
    expect(trust.terms).toEqual(network.terms);
    expect(trust.membership.members.map(({ mspId }) => mspId)).toEqual(['Org1MSP', 'Org2MSP', 'Org3MSP']);
  });

  it.each<[string, () => string]>([
    ['with an unknown member', () => change((file) => (file['checkpoint'] = 1))],
    ['with a quorum above its organisations', () => change((file) => (file.quorum = 4))],
    ['with one organisation', () => change((file) => file.organisations.splice(1))],
    ['with organisations out of order', () => change((file) => file.organisations.reverse())],
    [
      'with an organisation twice',
      () => change((file) => file.organisations.push(...file.organisations.slice(-1))),
    ],
    [
      'with an organisation under another name',
      () => change(({ organisations: [org] }) => org && (org.mspId = 'Org0MSP')),
    ],
    [
      'with a configuration that is none',
      () =>
        change(({ organisations: [org] }) => org && (org.mspConfig = Buffer.from('x').toString('base64url'))),
    ],
    [
      'with a hash in capitals',
      () => change((file) => (file.network['mainGenesisHeaderHash'] = 'AB'.repeat(32))),
    ],
    ['with an empty channel name', () => change((file) => (file.network['mainName'] = ''))],
    ['of another format', () => change((file) => (file['format'] = 'x'))],
  ])('%s is refused', async (_title, text) => {
    expect(await codeOf(() => readTrust(text(), nodeVerifier))).toBe('BAD_TRUST');
  });

  it('that is cut off is refused', async () => {
    expect(utf8(trustFile(network)).length).toBeLessThan(64 * 1024);
    expect(await codeOf(() => readTrust(trustFile(network).slice(0, -4), nodeVerifier))).toBe('BAD_JSON');
  });
});
