import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeAttestationBody, leafHash, sha256, utf8, type AttestationBody } from '@cotrace/core';
import { common, decode, decodeBlock, decodeEnvelope, hostEcdsa } from '@cotrace/fabric-model';
import { nodeVerifier, type SigningIdentity } from '@cotrace/network';
import { attest } from '../../gateway-app/testing/attestations.js';
import { codeOf } from '../../gateway-app/testing/codes.js';
import { trustFile } from '../../gateway-app/testing/proofs.js';
import { TestNetwork } from '../../gateway-app/testing/test-network.js';
import { configuration, definition, withoutOrganisation } from '../../gateway-app/testing/transactions.js';
import { transactionFacts } from '../../verifier/main-block/transaction-facts.js';
import { attestedBlock } from '../../verifier/proof/attested-block.js';
import { followTransitions, type ShownBlock } from '../../verifier/proof/transitions.js';
import { readTrust, type Trust } from '../../verifier/proof/trust.js';
import type { Transition } from '../../verifier/trace-proof/types.js';

type Group = common.ConfigGroup;

/** Three generations of authorities of the same three organisations. */
let networks: readonly TestNetwork[];
let trust: Trust;
/** First to second generation in block 4, second to third in block 7. */
let first: Transition;
let second: Transition;
let root: ShownBlock;

beforeAll(async () => {
  networks = [await TestNetwork.create(), await TestNetwork.create(), await TestNetwork.create()];
  trust = readTrust(trustFile(network(0)), nodeVerifier);
  first = transition(4n, configuration(network(0), toGeneration(1)), masters(0));
  second = transition(7n, configuration(network(0), toGeneration(2), 3n), masters(1));
  root = shown(9n, masters(2));
});

afterAll(async () => {
  for (const one of networks) await one.remove();
});

function network(generation: number): TestNetwork {
  const found = networks[generation];
  if (found === undefined) throw new RangeError('no such generation');
  return found;
}

const masters = (generation: number): SigningIdentity[] =>
  network(generation).organisations.map(({ master }) => master);

/** Replaces the MSPs of Org2 and Org3 by those of a generation: one is left, fewer than a quorum. */
function toGeneration(generation: number): (channel: Group) => void {
  const [genesis = new Uint8Array()] = decodeBlock(network(generation).genesis).envelopes;
  const other = decode(common.ConfigEnvelopeSchema, decodeEnvelope(genesis).data).config?.channelGroup;
  return (channel) => {
    for (const mspId of ['Org2MSP', 'Org3MSP']) {
      const [ours, theirs] = [channel, other].map((group) => group?.groups['Application']?.groups[mspId]);
      if (ours === undefined || theirs === undefined) throw new TypeError('the group is not there');
      ours.values = theirs.values;
    }
  };
}

function bodyOf(block: bigint, parts: Partial<AttestationBody> = {}): Uint8Array {
  const hash = sha256(utf8(`of ${block}`));
  return encodeAttestationBody({
    networkId: trust.terms.networkId,
    rules: 1,
    blockNum: block,
    previousHash: hash,
    dataHash: hash,
    membership: hash,
    txRoot: hash,
    txTotal: 1,
    amounts: [],
    trieRoot: hash,
    ...parts,
  });
}

const shown = (block: bigint, signers: readonly SigningIdentity[], body = bodyOf(block)): ShownBlock => ({
  block,
  attestations: signers.map((signer) => attest(signer, body)),
});

function transition(
  block: bigint,
  envelope: Uint8Array,
  signers: readonly SigningIdentity[],
  parts: Partial<AttestationBody> = {},
): Transition {
  const { leaf } = transactionFacts(envelope, 0, 0);
  const body = bodyOf(block, { txRoot: leafHash(leaf), ...parts });
  return { ...shown(block, signers, body), envelope };
}

const followed = (transitions: readonly Transition[], to = root) =>
  followTransitions(trust, transitions, to, hostEcdsa);
const codeAfter = (transitions: readonly Transition[], to = root) =>
  codeOf(() => attestedBlock(to.block, to.attestations, followed(transitions, to)));

describe('transitions', () => {
  it('lead from a trust file to organisations that it does not know', async () => {
    expect(await codeAfter([])).toBe('NO_QUORUM');
    expect(await codeAfter([first, second])).toBeNull();
    const { members, quorum } = followed([first, second]).membership;
    expect([members.map(({ mspId }) => mspId), quorum]).toEqual([['Org1MSP', 'Org2MSP', 'Org3MSP'], 2]);
    expect(members.map(({ configHash }) => configHash)).not.toEqual(
      trust.membership.members.map(({ configHash }) => configHash),
    );
  });

  it('bring the members and the quorum of their configuration', () => {
    const envelope = configuration(network(0), (channel) => {
      toGeneration(1)(channel);
      withoutOrganisation('Org1MSP')(channel);
    });
    const to = shown(9n, masters(1).slice(1));
    const { members, quorum } = followed([transition(4n, envelope, masters(0))], to).membership;
    expect([members.map(({ mspId }) => mspId), quorum]).toEqual([['Org2MSP', 'Org3MSP'], 2]);
  });

  it('each need a quorum of those trusted before', async () => {
    expect(await codeAfter([second])).toBe('NO_QUORUM');
    expect(await codeAfter([first])).toBe('NO_QUORUM');
    const one = { ...first, attestations: first.attestations.slice(0, 1) };
    expect(await codeAfter([one, second])).toBe('NO_QUORUM');
    const own = transition(4n, first.envelope, masters(1));
    expect(await codeAfter([own, second])).toBe('NO_QUORUM');
  });

  it('are only those that are needed', async () => {
    expect(await codeAfter([first], shown(9n, masters(0)))).toBe('NOT_ASKED');
    const idle = transition(5n, configuration(network(0), toGeneration(1), 2n), masters(1));
    expect(await codeAfter([first, idle, second])).toBe('NOT_ASKED');
  });

  it('lead to no configuration of before', async () => {
    const same = transition(5n, configuration(network(0), toGeneration(2), 1n), masters(1));
    expect(await codeAfter([first, same])).toBe('STALE');
    const genesis = transition(4n, configuration(network(0), toGeneration(1), 0n), masters(0));
    expect(await codeAfter([genesis, second])).toBe('STALE');
  });

  it.each<[string, string, () => Transition]>([
    ['another envelope', 'ROOT_MISMATCH', () => ({ ...first, envelope: second.envelope })],
    ['two transactions', 'BAD_PROOF', () => transition(4n, first.envelope, masters(0), { txTotal: 2 })],
    [
      'a configuration that the peers found invalid',
      'ROOT_MISMATCH',
      () => {
        const { leaf } = transactionFacts(first.envelope, 0, 1);
        return transition(4n, first.envelope, masters(0), { txRoot: leafHash(leaf) });
      },
    ],
    ['no configuration', 'BAD_PROOF', () => transition(4n, definition(network(0), 'goods'), masters(0))],
    [
      'the configuration of another channel',
      'WRONG_CHANNEL',
      () => transition(4n, configuration(network(0).sibling('other'), toGeneration(1)), masters(0)),
    ],
    [
      'an envelope that cannot be read',
      'BAD_PROTOBUF',
      () => transition(4n, Uint8Array.of(0xff), masters(0)),
    ],
    [
      'a configuration without organisations that run peers',
      'BAD_CONFIG',
      () =>
        transition(
          4n,
          configuration(network(0), (channel) => delete channel.groups['Application']),
          masters(0),
        ),
    ],
    [
      'a configuration of one organisation',
      'TOO_FEW_ORGANISATIONS',
      () =>
        transition(
          4n,
          configuration(network(0), (channel) => {
            withoutOrganisation('Org1MSP')(channel);
            withoutOrganisation('Org2MSP')(channel);
          }),
          masters(0),
        ),
    ],
  ])('are refused with %s: %s', async (_title, code, forged) => {
    expect(await codeAfter([forged(), second])).toBe(code);
  });

  it('rise, up to the root, and are 64 at most', async () => {
    expect(await codeAfter([second, first])).toBe('BAD_PROOF');
    expect(await codeAfter([first, first])).toBe('BAD_PROOF');
    expect(await codeAfter([first, second], { ...root, block: 7n })).toBe('BAD_PROOF');
    const many = Array.from({ length: 65 }, (_, i) => ({ ...first, block: BigInt(i) }));
    expect(await codeAfter(many, { ...root, block: 100n })).toBe('BAD_PROOF');
    expect(await codeAfter(many.slice(1), { ...root, block: 100n })).toBe('NO_QUORUM');
  });
});
