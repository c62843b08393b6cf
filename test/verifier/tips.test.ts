import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sha256, utf8 } from '@cotrace/core';
import { nodeVerifier, type SigningIdentity } from '@cotrace/network';
import { Attestor } from '../../gateway-app/master/attestor.js';
import { codeOf } from '../../gateway-app/testing/codes.js';
import { trustFile, withQuorum } from '../../gateway-app/testing/proofs.js';
import { TestNetwork } from '../../gateway-app/testing/test-network.js';
import { checkTip, verifyTips } from '../../verifier/proof/tips.js';
import { readTrust, type Trust } from '../../verifier/proof/trust.js';
import type { Tip } from '../../verifier/trace-proof/types.js';

const HASH = sha256(utf8('a block'));
const NOW = 1_790_000_000;

let network: TestNetwork;
let trust: Trust;

beforeAll(async () => {
  network = await TestNetwork.create({ organisations: 4 });
  trust = readTrust(trustFile(network), nodeVerifier);
});

afterAll(() => network.remove());

function tipOf(
  identity: SigningIdentity,
  block: bigint,
  seconds = NOW,
  networkId = network.terms.networkId,
): Tip {
  const stated = { networkId, block, headerHash: HASH, trieRoot: HASH };
  return new Attestor(identity).tip(stated, new Date(seconds * 1000));
}
const tips = (...blocks: readonly bigint[]) =>
  blocks.map((block, i) => tipOf(network.organisation(i).master, block, NOW + i));

const first = () => tipOf(network.organisation(0).master, 7n);

describe('tips', () => {
  it('say that a block was the newest, when, and who says so', () => {
    expect(verifyTips(tips(7n, 7n, 7n).reverse(), 7n, trust)).toEqual({
      block: 7n,
      unixSeconds: BigInt(NOW),
      attestedBy: ['Org1MSP', 'Org2MSP', 'Org3MSP'],
    });
  });

  it('say that the ledger had gone on where q do, with the q-th highest block and the q-th latest time of theirs', () => {
    expect(trust.membership.quorum).toBe(3);
    expect(verifyTips(tips(7n, 6n, 8n, 2n ** 63n), 5n, trust)).toEqual({
      block: 7n,
      unixSeconds: BigInt(NOW + 1),
      attestedBy: ['Org1MSP', 'Org2MSP', 'Org3MSP', 'Org4MSP'],
    });
    expect(verifyTips(tips(7n, 6n, 8n, 2n ** 63n), 6n, trust)).toMatchObject({
      block: 7n,
      unixSeconds: BigInt(NOW),
      attestedBy: ['Org1MSP', 'Org3MSP', 'Org4MSP'],
    });
  });

  it('of fewer liars than q make no new block old, nor an old one new', () => {
    expect(verifyTips(tips(7n, 7n, 7n, 2n ** 63n), 7n, trust)).toEqual({
      block: 7n,
      unixSeconds: BigInt(NOW),
      attestedBy: ['Org1MSP', 'Org2MSP', 'Org3MSP'],
    });
    // Two honest ones know of block 9; whoever else says less lies, or said it long ago.
    for (const others of [tips(9n, 9n, 5n), tips(9n, 9n, 5n, 0n)]) {
      expect(verifyTips(others, 5n, trust)).toBeNull();
    }
    const two = withQuorum(trust, 2);
    expect(verifyTips(tips(5n, 9n), 5n, two)).toBeNull();
    const [old, ...now] = [tipOf(network.organisation(0).master, 5n, 1_000), ...tips(5n, 9n, 5n).slice(1)];
    expect(verifyTips([old, ...now], 5n, two)).toMatchObject({ block: 5n, unixSeconds: 1_000n });
  });

  it('are none where fewer than a quorum count', async () => {
    expect(await codeOf(() => verifyTips(tips(7n, 7n), 7n, trust))).toBe('NO_QUORUM');
    expect(await codeOf(() => verifyTips([], 7n, trust))).toBe('NO_QUORUM');
    const forged = { ...first(), block: 8n };
    const [, ...others] = tips(7n, 7n, 7n, 7n);
    expect(await codeOf(() => verifyTips([forged, ...others.slice(1)], 7n, trust))).toBe('NO_QUORUM');
    expect(verifyTips([forged, ...others], 7n, trust)?.attestedBy).toEqual(['Org2MSP', 'Org3MSP', 'Org4MSP']);
  });

  it('are one an organisation', async () => {
    const twice = [...tips(7n, 7n), tipOf(network.organisation(0).peer, 7n)];
    expect(await codeOf(() => verifyTips(twice, 7n, trust))).toBe('BAD_PROOF');
  });

  it.each<[string, string, () => Tip]>([
    ['of another block', 'ATTESTATION_SIGNATURE', () => ({ ...first(), block: 8n })],
    ['of another header', 'ATTESTATION_SIGNATURE', () => ({ ...first(), headerHash: sha256(HASH) })],
    ['with another root', 'ATTESTATION_SIGNATURE', () => ({ ...first(), trieRoot: sha256(HASH) })],
    ['of a later time', 'ATTESTATION_SIGNATURE', () => ({ ...first(), unixSeconds: BigInt(NOW + 1) })],
    [
      'of another network',
      'ATTESTATION_SIGNATURE',
      () => tipOf(network.organisation(0).master, 7n, NOW, network.sibling('staging').terms.networkId),
    ],
    ['by a client', 'ATTESTATION_ROLE', () => tipOf(network.organisation(0).client, 7n)],
    ['in the name of another', 'ATTESTATION_IDENTITY', () => ({ ...first(), mspId: 'Org2MSP' })],
    [
      'of nobody whom the trust file names',
      'ATTESTATION_MEMBER',
      () => ({ ...first(), mspId: 'OrdererMSP' }),
    ],
    ['with a short hash', 'BAD_HASH_LENGTH', () => ({ ...first(), trieRoot: HASH.slice(1) })],
    [
      'with a signature of kilobytes',
      'ATTESTATION_SIZE',
      () => ({ ...first(), signature: new Uint8Array(1000) }),
    ],
    [
      'signed after its certificate had expired',
      'ATTESTATION_EXPIRED',
      () => tipOf(network.organisation(0).master, 7n, Date.UTC(2200, 0) / 1000),
    ],
  ])('do not count %s: %s', async (_title, code, forged) => {
    expect(await codeOf(() => checkTip(forged(), trust))).toBe(code);
  });
});
