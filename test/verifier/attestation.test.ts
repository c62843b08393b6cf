import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  concat,
  decodeAttestationBody,
  encodeStateTrieEntry,
  equalBytes,
  PlainTrie,
  sha256,
  stateTrieKey,
  toHex,
  utf8,
} from '@cotrace/core';
import { ChannelConfig } from '@cotrace/fabric-model';
import { nodeVerifier } from '@cotrace/network';
import type { Attestation } from '../../gateway-app/gen/cotrace/cotrace_pb.js';
import { attest, withMembers } from '../../gateway-app/testing/attestations.js';
import { codeOf, errorOf } from '../../gateway-app/testing/codes.js';
import { highS } from '../../gateway-app/testing/high-s.js';
import { peerOnP384 } from '../../gateway-app/testing/odd-identity.js';
import { TestChain } from '../../gateway-app/testing/test-chain.js';
import { TestMaster } from '../../gateway-app/testing/test-master.js';
import { TestNetwork } from '../../gateway-app/testing/test-network.js';
import { definition, put } from '../../gateway-app/testing/transactions.js';
import {
  checkAttestation,
  judgeAttestations,
  signerOf,
  type AttestationTerms,
} from '../../verifier/main-block/attestation.js';
import { mainConfig } from '../../verifier/main-block/main-config.js';

// Other work on the machine must not fail a test.
jest.setTimeout(30_000);

let network: TestNetwork;
let masters: TestMaster[];
let terms: AttestationTerms;
let honest: Attestation[];
let body: Uint8Array;

beforeAll(async () => {
  network = await TestNetwork.create();
  const chain = new TestChain(network);
  masters = await TestMaster.openAll(network);
  chain.add([definition(network, 'goods')]);
  chain.add([put(network, 'goods', { a: '1' }), put(network, 'retail', { b: '2' })], [0, 10]);
  for (const master of masters) await master.follow(chain);
  const membership = mainConfig(ChannelConfig.fromBlock(network.genesis), nodeVerifier);
  terms = { ...network.terms, membership };
  honest = masters.map((master) => master.attestation(2n));
  body = honest[0]?.body ?? new Uint8Array();
});

afterAll(async () => {
  for (const master of masters) await master.close();
  await network.remove();
});

const judge = (attestations: readonly Attestation[]) => judgeAttestations(attestations, 2n, terms);
const one = (index: number): Attestation => honest[index] ?? attest(network.organisation(index).master, body);

describe('attestations of honest masters', () => {
  it('are equal bodies that state the block, and the trie of all valid writes up to it', async () => {
    expect(honest.every((attestation) => equalBytes(attestation.body, body))).toBe(true);
    const { blockNum, txTotal, amounts, trieRoot } = decodeAttestationBody(body);
    expect([blockNum, txTotal]).toEqual([2n, 2]);
    const trie = new PlainTrie();
    const entry = { valueHash: sha256(utf8('1')), blockNum: 2n, txNum: 0, verNum: 1 };
    await trie.apply([{ key: stateTrieKey('goods', 'a'), value: encodeStateTrieEntry(entry) }]);
    expect(trieRoot).toEqual((await trie.commit()).root);
    expect(amounts).toEqual([
      { domain: 'goods', amount: 1 },
      { domain: 'retail', amount: 1 },
    ]);
  });

  it('count, whoever of the organisations is missing', () => {
    for (const missing of [0, 1, 2]) {
      const { agreed, supporters } = judge(honest.filter((_, i) => i !== missing));
      expect(agreed?.blockNum).toBe(2n);
      expect(supporters).toHaveLength(2);
    }
    expect(judge(honest).supporters).toHaveLength(3);
  });

  it('prove nothing below the quorum', () => {
    expect(judge([]).agreed).toBeNull();
    expect(judge([one(1)])).toMatchObject({ agreed: null, supporters: [] });
  });
});

describe('an attestation does not count', () => {
  const forgeries: readonly (readonly [string, string, () => Attestation | Promise<Attestation>])[] = [
    [
      "signed with a client's certificate",
      'ATTESTATION_ROLE',
      () => attest(network.organisation(0).client, body),
    ],
    ["signed with an administrator's", 'ATTESTATION_ROLE', () => attest(network.organisation(0).admin, body)],
    ["signed with the orderer's", 'ATTESTATION_MEMBER', () => attest(network.orderer, body)],
    [
      "in another organisation's name",
      'ATTESTATION_IDENTITY',
      () => attest({ ...network.organisation(0).master, mspId: 'Org2MSP' }, body),
    ],
    [
      'of another network under the same authorities',
      'ATTESTATION_NETWORK',
      () => {
        const { networkId } = network.sibling('staging').terms;
        return attest(network.organisation(0).master, withMembers(body, { networkId }));
      },
    ],
    ['of another block', 'ATTESTATION_BLOCK', () => masters[0]?.attestation(1n) ?? one(0)],
    [
      'under another membership',
      'ATTESTATION_MEMBERSHIP',
      () => attest(network.organisation(0).master, withMembers(body, { membership: sha256(body) })),
    ],
    [
      'with another time than was signed',
      'ATTESTATION_SIGNATURE',
      () => ({ ...one(0), unixSeconds: one(0).unixSeconds + 1n }),
    ],
    [
      'with the certificate of another peer of the organisation',
      'ATTESTATION_SIGNATURE',
      () => ({ ...one(0), certificate: attest(network.organisation(0).peer, body).certificate }),
    ],
    ['with high S', 'ATTESTATION_SIGNATURE', () => ({ ...one(0), signature: highS(one(0).signature) })],
    [
      'with bytes after its signature, which Fabric would overlook',
      'ATTESTATION_SIGNATURE',
      () => ({ ...one(0), signature: concat(one(0).signature, Uint8Array.of(0)) }),
    ],
    ['without a signature', 'ATTESTATION_SIGNATURE', () => ({ ...one(0), signature: new Uint8Array() })],
    [
      'with the certificate of its authority',
      'ATTESTATION_IDENTITY',
      () => ({ ...one(0), certificate: signerOf(one(0), terms.membership).authorities[0].der }),
    ],
    ['with a certificate that is none', 'ATTESTATION_IDENTITY', () => ({ ...one(0), certificate: body })],
    [
      'with a certificate of megabytes',
      'ATTESTATION_SIZE',
      () => ({ ...one(0), certificate: new Uint8Array(1024 * 1024) }),
    ],
    [
      'signed after its certificate had expired',
      'ATTESTATION_EXPIRED',
      () => attest(network.organisation(0).master, body, new Date('2200-01-01')),
    ],
    [
      'by a peer whose key is on another curve',
      'ATTESTATION_CURVE',
      async () => attest(await peerOnP384(network, 0), body),
    ],
    [
      'with a byte too many in its body',
      'TRAILING_BYTES',
      () => attest(network.organisation(0).master, concat(body, body.slice(0, 1))),
    ],
    [
      'with a body that ends early',
      'TRUNCATED',
      () => attest(network.organisation(0).master, body.slice(0, -1)),
    ],
    ['made under other rules', 'RULES', () => attest(network.organisation(0).master, body.with(56, 2))],
    ['with an empty body', 'TRUNCATED', () => attest(network.organisation(0).master, new Uint8Array())],
  ];

  it.each(forgeries)('%s: %s', async (_title, code, forge) => {
    const forged = await forge();
    expect(await codeOf(() => checkAttestation(forged, 2n, terms))).toBe(code);
    const { agreed, refused } = judge([forged, one(1)]);
    expect(agreed).toBeNull();
    expect(refused.map(({ error }) => error.code)).toEqual([code]);
    // Nor does it hinder those that count.
    expect(judge([forged, one(1), one(2)]).agreed).not.toBeNull();
  });

  it('twice, when one organisation has signed it with two certificates', () => {
    const again = attest(network.organisation(0).peer, body);
    const { agreed, refused, equivocations } = judge([one(0), again]);
    expect([agreed, refused, equivocations]).toEqual([null, [], []]);
  });
});

describe('an attestation counts', () => {
  it('up to the second in which its certificate expires', async () => {
    const { master } = network.organisation(0);
    const last = signerOf(one(0), terms.membership).expiresAt.getTime();
    const at = (time: number) =>
      codeOf(() => checkAttestation(attest(master, body, new Date(time)), 2n, terms));
    expect(await at(last)).toBeNull();
    expect(await at(last + 1000)).toBe('ATTESTATION_EXPIRED');
  });

  it.each([
    ['certificate', 65_536, 'ATTESTATION_IDENTITY'],
    ['signature', 256, 'ATTESTATION_SIGNATURE'],
  ])('by a %s of at most %i bytes, which alone is looked at', async (part, most, code) => {
    const withLength = (length: number) => ({ ...one(0), [part]: new Uint8Array(length) });
    expect(await codeOf(() => checkAttestation(withLength(most), 2n, terms))).toBe(code);
    expect(errorOf(() => checkAttestation(withLength(most + 1), 2n, terms))).toMatchObject({
      code: 'ATTESTATION_SIZE',
      detail: { mspId: 'Org1MSP', [part]: most + 1 },
    });
  });

  it('for the identity that Fabric knows its signer by', () => {
    const seen: Uint8Array[] = [];
    const { manager } = terms.membership;
    const deserialize = (bytes: Uint8Array) => {
      seen.push(bytes);
      return manager.deserialize(bytes);
    };
    expect(signerOf(one(0), { manager: { deserialize } }).mspId).toBe('Org1MSP');
    expect(seen.map(toHex)).toEqual([toHex(network.organisation(0).master.serialized)]);
  });

  it('with a quorum of others, whatever one organisation states, in any order', () => {
    const odd = attest(network.organisation(2).master, withMembers(body, { trieRoot: sha256(body) }));
    for (const attestations of [
      [one(0), one(1), odd],
      [odd, one(0), one(1)],
    ]) {
      const { agreed, supporters } = judge(attestations);
      expect(agreed).toEqual(decodeAttestationBody(body));
      expect(supporters).toEqual([one(0), one(1)]);
    }
  });
});

describe('an organisation that signs two different bodies for one block', () => {
  const other = () => attest(network.organisation(0).master, withMembers(body, { trieRoot: sha256(body) }));

  it('loses its vote and leaves the evidence, in either order', () => {
    for (const pair of [
      [one(0), other()],
      [other(), one(0)],
    ]) {
      const { agreed, equivocations } = judge([...pair, one(1)]);
      expect(agreed).toBeNull();
      expect(equivocations).toEqual([pair]);
    }
  });

  it('does not hinder a quorum of the others', () => {
    const { agreed, supporters, equivocations } = judge([one(0), other(), one(1), one(2)]);
    expect(agreed).not.toBeNull();
    expect(supporters.map(({ mspId }) => mspId)).toEqual(['Org2MSP', 'Org3MSP']);
    expect(equivocations).toHaveLength(1);
  });

  it('is found out even where one of them names another membership', () => {
    const { master } = network.organisation(0);
    const elsewhere = attest(master, withMembers(body, { membership: sha256(body) }));
    for (const pair of [
      [one(0), elsewhere],
      [elsewhere, one(0)],
    ]) {
      const { agreed, equivocations } = judge([...pair, one(1)]);
      expect(agreed).toBeNull();
      expect(equivocations).toEqual([pair]);
    }
  });

  it('is not framed by a body that it did not sign', () => {
    const forged = { ...other(), signature: one(0).signature };
    const { agreed, equivocations } = judge([forged, one(0), one(1)]);
    expect(agreed).not.toBeNull();
    expect(equivocations).toEqual([]);
  });

  it('does not do so by attesting the same body at two times', () => {
    const later = attest(network.organisation(0).master, body, new Date('2030-01-01'));
    expect(judge([one(0), later, one(1)]).supporters).toEqual([one(0), one(1)]);
  });
});

describe('an organisation that is not of the channel', () => {
  it('is named in the error by no more characters than an MSP id may have', () => {
    const mspId = `Org${'9'.repeat(10_000)}`;
    const { code, detail } = errorOf(() => checkAttestation({ ...one(0), mspId }, 2n, terms));
    expect(code).toBe('ATTESTATION_MEMBER');
    expect(detail).toEqual({ mspId: `Org${'9'.repeat(252)}` });
  });
});

describe('an error that says nothing of an attestation passes through unchanged', () => {
  const fault = new RangeError('out of memory');
  const fail = () => {
    throw fault;
  };

  it('where identities are read', () => {
    expect(() => signerOf(one(0), { manager: { deserialize: fail } })).toThrow(fault);
  });

  it('where attestations are judged', () => {
    expect(() => judgeAttestations(honest, 2n, terms, fail)).toThrow(fault);
  });
});

/** The other signature that the same two numbers make: r, and the order of the group less s. */
