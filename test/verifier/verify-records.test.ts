import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { isCotraceError, sha256, toBase64url, utf8 } from '@cotrace/core';
import { ChannelConfig, pureVerifier } from '@cotrace/fabric-model';
import { nodeVerifier } from '@cotrace/network';
import fc from 'fast-check';
import { attest, withMembers } from '../../gateway-app/testing/attestations.js';
import { codeOf, errorOf } from '../../gateway-app/testing/codes.js';
import { forgeries } from '../../gateway-app/testing/forged-proofs.js';
import { BROKEN_CHAINS, ProofScene } from '../../gateway-app/testing/proof-scene.js';
import { recordsProof, trustFile, withQuorum } from '../../gateway-app/testing/proofs.js';
import { capture } from '../../gateway-app/testing/records.js';
import { TestChain } from '../../gateway-app/testing/test-chain.js';
import { TestMaster } from '../../gateway-app/testing/test-master.js';
import type { TestNetwork } from '../../gateway-app/testing/test-network.js';
import { judgeAttestations } from '../../verifier/main-block/attestation.js';
import { mainConfig } from '../../verifier/main-block/main-config.js';
import {
  readRecordsProof,
  writeRecordsProof,
  type RecordsProof,
} from '../../verifier/proof/records-proof.js';
import { readTrust, writeTrust, type Trust } from '../../verifier/proof/trust.js';
import { verifyRecords, type VerifiedTrace } from '../../verifier/proof/verify-records.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
jest.setTimeout(RUNS > 100 ? 900_000 : 30_000);

let scene: ProofScene;
let network: TestNetwork;
let trust: Trust;
let honest: RecordsProof;

beforeAll(async () => {
  scene = await ProofScene.create();
  ({ network, trust, honest } = scene);
});

afterAll(async () => {
  await scene.close();
});

/** What an outsider does with the text of a proof file. */
const verify = (text: string, trusted = trust): VerifiedTrace =>
  verifyRecords(readRecordsProof(text), trusted);
const outcomeOf = (proof: RecordsProof, trusted = trust) =>
  codeOf(() => verify(writeRecordsProof(proof), trusted));

describe('a records proof', () => {
  it('shows the records of the lineage in the order of the ledger, and who stands behind them', () => {
    const { records, identifiers, attestedBy, question } = verify(writeRecordsProof(honest));
    expect(question).toEqual({ traceId: 'FLOUR', direction: 'up' });
    expect(records.map(({ domain, data, block, txNum }) => [domain, data, block, txNum])).toEqual([
      ['goods', { label: 'harvest' }, 2n, 1],
      ['goods', { label: 'milling' }, 3n, 1],
      ['goods', { label: 'storing' }, 4n, 1],
      ['retail', { label: 'selling' }, 5n, 1],
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
    const whole = withQuorum(trust, 3);
    expect(await outcomeOf(honest, whole)).toBeNull();
    expect(await outcomeOf({ ...honest, blocks }, whole)).toBe('NO_QUORUM');
  });

  it('counts by whom the trust file names, whatever membership they attest under', async () => {
    // As after one organisation has changed its own MSP, which it may do alone.
    const changed = honest.blocks.map(({ block, attestations }) => ({
      block,
      attestations: attestations.map(({ body }, i) =>
        attest(network.organisation(i).master, withMembers(body, { membership: sha256(body) })),
      ),
    }));
    expect(await outcomeOf({ ...honest, blocks: changed }, trust)).toBeNull();
    // Who follows main's configuration knows which membership it must be.
    const main = mainConfig(ChannelConfig.fromBlock(network.genesis), nodeVerifier);
    const [{ block, attestations } = { block: 0n, attestations: [] }] = changed;
    const { agreed, refused } = judgeAttestations(attestations, block, {
      ...network.terms,
      membership: main,
    });
    expect(agreed).toBeNull();
    expect(refused.map(({ error }) => error.code)).toEqual(Array(3).fill('ATTESTATION_MEMBERSHIP'));
  });

  it('says that it does not know the rules where a quorum may have attested under others', async () => {
    const blocks = honest.blocks.map(({ block, attestations }) => ({
      block,
      attestations: attestations.map(({ body }, i) =>
        attest(network.organisation(i).master, body.with(56, 2)),
      ),
    }));
    expect(await outcomeOf({ ...honest, blocks }, trust)).toBe('RULES');
    const one = honest.blocks.map(({ block, attestations }, at) => ({
      block,
      attestations: [...attestations.slice(1), ...(blocks[at]?.attestations.slice(0, 1) ?? [])],
    }));
    expect(await outcomeOf({ ...honest, blocks: one }, trust)).toBeNull();
  });

  it('names those alone who attest every block of it, in the order of their names', () => {
    const blocks = honest.blocks.map(({ block, attestations }, i) => ({
      block,
      attestations: [...attestations].reverse().slice(i === 0 ? 1 : 0),
    }));
    expect(verifyRecords({ ...honest, blocks }, trust).attestedBy).toEqual(['Org1MSP', 'Org2MSP']);
  });

  it('is in the order of the ledger whatever the order in the file, within a block too', async () => {
    const mixed = await recordsProof(scene.masters, 'MIX', 'up');
    const places = (proof: RecordsProof) =>
      verify(writeRecordsProof(proof)).records.map(({ block, txNum }) => [block, txNum]);
    const inOrder = [
      [10n, 0],
      [10n, 1],
      [11n, 1],
    ];
    expect(places(mixed)).toEqual(inOrder);
    expect(places({ ...mixed, transactions: [...mixed.transactions].reverse() })).toEqual(inOrder);
  });

  it('counts an identifier in two roles of a record once', async () => {
    const { identifiers } = verifyRecords(await recordsProof(scene.masters, 'MIX', 'none'), trust);
    expect(identifiers).toEqual([{ id: 'MIX', records: 1, lacksOrigin: false }]);
  });

  it('verifies with plain TypeScript as with Node’s own cryptography', () => {
    const pure = readTrust(trustFile(network), pureVerifier);
    expect(verify(writeRecordsProof(honest), pure).records).toHaveLength(4);
  });

  it('shows the records that belong to the answer, not what another chaincode wrote beside them', async () => {
    const { records, identifiers } = verify(
      writeRecordsProof(await recordsProof(scene.masters, 'PLUM', 'none')),
    );
    expect(records.map(({ traces }) => traces.map(({ id }) => id))).toEqual([['PLUM']]);
    expect(identifiers).toEqual([{ id: 'PLUM', records: 1, lacksOrigin: false }]);
  });
});

describe('the work that a records proof costs', () => {
  it('is one look at a certificate, whatever comes of it', () => {
    let looks = 0;
    const { membership } = trust;
    const manager = new Proxy(membership.manager, {
      get: (target, name) => {
        if (name === 'deserialize') looks += 1;
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    });
    const blocks = honest.blocks.map(({ block, attestations: [first, ...others] }) => ({
      block,
      attestations: [...others, ...(first ? [{ ...first, certificate: Uint8Array.of(0x30, 0) }] : [])],
    }));
    const { attestedBy } = verifyRecords(
      { ...honest, blocks },
      { ...trust, membership: { ...membership, manager } },
    );
    expect(attestedBy).toEqual(['Org2MSP', 'Org3MSP']);
    expect([blocks.length, looks]).toEqual([4, 3]);
  });
});

describe('a forged records proof is refused', () => {
  it('whatever was done to it, each for its own reason', async () => {
    const forged = forgeries(scene);
    const outcomes = [];
    for (const [title, , forge] of forged) outcomes.push([title, await outcomeOf(await forge())]);
    expect(outcomes).toEqual(forged.map(([title, code]) => [title, code]));
  });

  it('with what is missing, and why attestations do not count', () => {
    const refusalOf = (proof: RecordsProof) => errorOf(() => verifyRecords(proof, trust));
    const [{ traceId, blocks }] = BROKEN_CHAINS;
    expect(refusalOf(scene.proofOf(traceId, [{ block: blocks[1], txNum: 1 }]))).toMatchObject({
      code: 'GAP',
      detail: { traceId, domain: 'goods', expected: 1, found: 2 },
    });
    const byClient = honest.blocks.map(({ block, attestations: [first] }) => ({
      block,
      attestations: first === undefined ? [] : [attest(network.organisation(0).client, first.body)],
    }));
    expect(refusalOf({ ...honest, blocks: byClient })).toMatchObject({
      code: 'NO_QUORUM',
      message: expect.stringContaining('only a peer may attest'),
      detail: { attestations: 1, refused: ['ATTESTATION_ROLE'] },
    });
    const unattested = honest.blocks.map(({ block }) => ({ block, attestations: [] }));
    expect(refusalOf({ ...honest, blocks: unattested })).toMatchObject({
      code: 'NO_QUORUM',
      message: expect.stringMatching(/a quorum of organisations$/),
    });
  });

  it('of another channel: WRONG_CHANNEL', async () => {
    // The same organisations attest a block that holds a transaction of another channel.
    const foreign = network.sibling('staging');
    const { envelope } = capture(foreign, { label: 'x', traces: [{ id: 'X', role: 'subject', ver: 1 }] });
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

  it.each<[string, string, () => string]>([
    [
      'with an unknown member',
      'has the unknown member "pinned"',
      () => change((file) => (file['pinned'] = 1)),
    ],
    [
      'with a checkpoint that is none',
      'checkpoint.cycle must be',
      () => change((file) => (file['checkpoint'] = { cycle: 1, hash: '00'.repeat(32) })),
    ],
    [
      'with a checkpoint without a hash',
      'checkpoint.hash is missing',
      () => change((file) => (file['checkpoint'] = { cycle: '1' })),
    ],
    [
      'with a quorum above its organisations',
      'quorum must be one that 3 organisations can have, not 4',
      () => change((file) => (file.quorum = 4)),
    ],
    [
      'with one organisation',
      'quorum must be one that 1 organisations can have, not 2',
      () => change((file) => file.organisations.splice(1)),
    ],
    [
      'with its first organisations out of order',
      'organisations must be sorted by MSP id, each once',
      () => change(({ organisations }) => organisations.unshift(...organisations.splice(1, 1))),
    ],
    [
      'with its last organisations out of order',
      'organisations must be sorted by MSP id, each once',
      () => change(({ organisations }) => organisations.push(...organisations.splice(1, 1))),
    ],
    [
      'with an organisation twice',
      'organisations must be sorted by MSP id, each once',
      () => change(({ organisations }) => organisations.unshift(...organisations.slice(0, 1))),
    ],
    [
      'with an organisation under another name',
      'organisations[0].mspId must be Org1MSP, as its configuration says, not "Org0MSP"',
      () => change(({ organisations: [org] }) => org && (org.mspId = 'Org0MSP')),
    ],
    [
      'with a configuration that is none',
      'organisations[0].mspConfig must be an MSP configuration of Fabric, not "eA"',
      () => change(({ organisations: [org] }) => org && (org.mspConfig = toBase64url(utf8('x')))),
    ],
    [
      'with a hash in capitals',
      'network.mainGenesisHeaderHash must be 64 lower-case hexadecimal digits',
      () => change((file) => (file.network['mainGenesisHeaderHash'] = 'AB'.repeat(32))),
    ],
    [
      'with an empty channel name',
      'network.mainName must be the name of a channel, 1 to 249 bytes',
      () => change((file) => (file.network['mainName'] = '')),
    ],
    [
      'of another format',
      'format must be "cotrace.trust.v2", not "x"',
      () => change((file) => (file['format'] = 'x')),
    ],
  ])('%s is refused: %s', (_title, said, text) => {
    const { code, message } = errorOf(() => readTrust(text(), nodeVerifier));
    expect([code, message]).toEqual(['BAD_TRUST', expect.stringContaining(said)]);
  });

  it('has its organisations in the order of their names, whatever theirs in the configuration', () => {
    const config = ChannelConfig.fromBlock(network.genesis);
    const { msps } = config;
    const reversed = Object.create(config, { msps: { value: [...msps].reverse() } }) as ChannelConfig;
    expect(writeTrust(trust.network, reversed)).toBe(writeTrust(trust.network, config));
  });

  it('that is cut off is refused', async () => {
    expect(utf8(trustFile(network)).length).toBeLessThan(64 * 1024);
    expect(await codeOf(() => readTrust(trustFile(network).slice(0, -4), nodeVerifier))).toBe('BAD_JSON');
  });
});
