import { decodeAttestationBody, encodeAttestationBody, leafHash, sha256, toHex } from '@cotrace/core';
import { common, decode, decodeBlock, decodeEnvelope } from '@cotrace/fabric-model';
import type { SigningIdentity } from '@cotrace/network';
import { attest } from '../../gateway-app/testing/attestations.js';
import type { TestNetwork } from '../../gateway-app/testing/test-network.js';
import { configuration, definition, withQuorumPolicy } from '../../gateway-app/testing/transactions.js';
import { transactionFacts } from '../../verifier/main-block/transaction-facts.js';
import { writeTraceProof } from '../../verifier/trace-proof/proof-file.js';
import { prove } from '../../verifier/trace-proof/testing/prove.js';
import type { TraceProof, Transition } from '../../verifier/trace-proof/types.js';
import { M, N, O, QUORUM, type ProofWorld } from './trace-proof-scene.js';
import { chain, X } from './trace-proof-scenes.js';
import type { Forgery, Told } from './trace-proof-cases.js';

type Change = (channel: common.ConfigGroup) => void;
const SECONDS = 1_780_000_100n;

/** What proofs can try with the members of the consortium, and with how far the ledger has come. */
export function forgedChanges(world: ProofWorld): Forgery[] {
  const scene = new Scene(world);
  const of = (name: string, code: string, make: () => Promise<TraceProof>): Forgery => ({
    name,
    code,
    make: async () => ({ proof: writeTraceProof(await make()) }),
  });
  const needed = (transition: (scene: Scene) => Promise<Transition[]>) => async () =>
    scene.rootOf(await scene.newPeers([1, 2]), await transition(scene));
  const one = (parts: Parts) =>
    needed(async () => [await scene.transition(4n, scene.old([0, 1]), [1, 2], parts)]);
  const tips = (make: (proof: TraceProof) => TraceProof['tips']) => async () => {
    const proof = await scene.proof();
    return { ...proof, tips: make(proof) };
  };
  return [
    of(
      'a change of members is left out',
      'NO_QUORUM',
      needed(() => Promise.resolve([])),
    ),
    of('a transition is attested by one', 'NO_QUORUM', one({ signers: [0] })),
    of('a transition is attested by those that it brings', 'NO_QUORUM', async () =>
      scene.rootOf(await scene.newPeers([1, 2]), [
        await scene.transition(4n, await scene.newPeers([1, 2]), [1, 2]),
      ]),
    ),
    of('a transition is not needed', 'NOT_ASKED', async () =>
      scene.rootOf(scene.old([0, 1]), [await scene.transition(4n, scene.old([0, 1]), [1, 2])]),
    ),
    of('a change that is needed is skipped', 'NO_QUORUM', async () =>
      scene.rootOf(await scene.newPeers([1, 2]), [
        await scene.transition(6n, [...scene.old([0]), ...(await scene.newPeers([1]))], [1, 2]),
      ]),
    ),
    of('a root is older than a transition', 'BAD_PROOF', async () =>
      scene.rootOf(await scene.newPeers([1, 2]), [await scene.transition(8n, scene.old([0, 1]), [1, 2])]),
    ),
    {
      name: 'a transition leads back behind the checkpoint of the trust file',
      code: 'STALE',
      make: async () => {
        const checkpoint = { cycle: '0', hash: toHex(sha256()) };
        const trust = JSON.stringify({ ...(JSON.parse(world.trustText) as object), checkpoint });
        const transitions = [await scene.transition(0n, scene.old([0, 1]), [1, 2])];
        const proof = await scene.rootOf(await scene.newPeers([1, 2]), transitions);
        return { proof: writeTraceProof(proof), trust };
      },
    },
    of('a transition leads back to a configuration of before the trust file', 'STALE', async () =>
      scene.rootOf(await scene.newPeers([1, 2]), [await scene.transition(0n, scene.old([0, 1]), [1, 2])]),
    ),
    of('transitions are out of order', 'BAD_PROOF', async () =>
      scene.rootOf(await scene.newPeers([1, 2]), [
        await scene.transition(6n, scene.old([0, 1]), [1, 2]),
        await scene.transition(4n, scene.old([0, 1]), [1]),
      ]),
    ),
    of('fewer attest than a configuration asks for', 'NO_QUORUM', async () =>
      scene.rootOf(await scene.newPeers([1, 2]), [
        await scene.transition(4n, scene.old([0, 1]), [1, 2], { change: withQuorumPolicy(3) }),
      ]),
    ),
    of('the envelope of a transition is another', 'ROOT_MISMATCH', async () => {
      const transition = await scene.transition(4n, scene.old([0, 1]), [1, 2]);
      const envelope = configuration(world.network);
      return scene.rootOf(await scene.newPeers([1, 2]), [{ ...transition, envelope }]);
    }),
    of(
      'a transition is of another channel',
      'WRONG_CHANNEL',
      one({ network: world.network.sibling('other') }),
    ),
    of(
      'a transition brings no configuration',
      'BAD_PROOF',
      one({ envelope: definition(world.network, 'goods') }),
    ),
    of('a transition is a block of two transactions', 'BAD_PROOF', one({ txTotal: 2 })),
    of(
      'a tip is of another network',
      'NO_QUORUM',
      tips(() => [
        world.tip(O, 7n, SECONDS),
        world.tip(M, 7n, SECONDS, world.network.sibling('other').terms.networkId),
      ]),
    ),
    of(
      'a tip is of a stranger',
      'NO_QUORUM',
      tips(() => [world.tip(O, 7n, SECONDS), { ...world.tip(M, 7n, SECONDS), mspId: 'Org9MSP' }]),
    ),
    of(
      'a tip is one of another organisation',
      'NO_QUORUM',
      tips(() => [world.tip(O, 7n, SECONDS), { ...world.tip(M, 7n, SECONDS), mspId: N }]),
    ),
  ];
}

/** What holds, and what the answer tells. */
export function toldChanges(world: ProofWorld): Told[] {
  const scene = new Scene(world);
  const of = (name: string, make: () => Promise<TraceProof>): Told => ({ name, make });
  const tips =
    (...blocks: readonly bigint[]) =>
    async () => ({
      ...(await scene.proof()),
      tips: blocks.map((block, at) => world.tip([O, M, N][at] ?? N, block, SECONDS + BigInt(at))),
    });
  return [
    of('a configuration leads to other certificates', async () =>
      scene.rootOf(await scene.newPeers([1, 2]), [await scene.transition(4n, scene.old([0, 1]), [1, 2])]),
    ),
    of('a change between is left out', async () =>
      scene.rootOf(await scene.newPeers([1, 2]), [
        // Of those that the trust file names two are left after the change of the third.
        await scene.transition(6n, [...scene.old([0, 2]), ...(await scene.newPeers([1]))], [1, 2]),
      ]),
    ),
    of('two changes are needed', async () =>
      scene.rootOf(await scene.newPeers([0, 2]), [
        await scene.transition(4n, scene.old([0, 1]), [1, 2]),
        await scene.transition(6n, await scene.newPeers([1, 2]), [0, 1, 2]),
      ]),
    ),
    of('a configuration raises the quorum', async () =>
      scene.rootOf(
        [...scene.old([0]), ...(await scene.newPeers([1, 2]))],
        [await scene.transition(4n, scene.old([0, 1]), [1, 2], { change: withQuorumPolicy(3) })],
      ),
    ),
    of('an old root is signed again by one', async () => {
      const proof = await scene.proof();
      const [first, second] = proof.root.attestations;
      if (first === undefined || second === undefined) throw new TypeError('two attest');
      const again = world.attest(M, second.body, second.unixSeconds + 1_000_000n);
      return { ...proof, root: { ...proof.root, attestations: [first, again] } };
    }),
    of('masters say how far the ledger has come', tips(7n, 7n)),
    of('masters say that the ledger has gone on', tips(9n, 8n)),
    of('masters say less than is attested', tips(3n, 7n, 2n)),
    of('one of two says less than the other', tips(3n, 9n)),
    of('one of three tips is of a stranger', async () => {
      const proof = await tips(7n, 7n, 9n)();
      return { ...proof, tips: proof.tips.map((tip, at) => (at === 2 ? { ...tip, mspId: 'Org9MSP' } : tip)) };
    }),
  ];
}

interface Parts {
  readonly change?: Change;
  readonly signers?: readonly number[];
  readonly network?: TestNetwork;
  readonly envelope?: Uint8Array;
  readonly txTotal?: number;
}

/** Proofs of one state, whose signers may be organisations with certificates of another network's authorities. */
class Scene {
  readonly #world: ProofWorld;
  #proof: Promise<TraceProof> | null = null;

  constructor(world: ProofWorld) {
    this.#world = world;
  }

  async proof(): Promise<TraceProof> {
    this.#proof ??= prove(chain(this.#world), { traceId: X, direction: 'up', attestedBy: QUORUM });
    return this.#proof;
  }

  /** Peers of organisations as the trust file has them. */
  old(indices: readonly number[]): SigningIdentity[] {
    return indices.map((index) => this.#world.network.organisation(index).peer);
  }

  /** Peers of organisations under their new authorities. */
  async newPeers(indices: readonly number[]): Promise<SigningIdentity[]> {
    const next = await this.#world.next();
    return indices.map((index) => next.organisation(index).peer);
  }

  async rootOf(signers: readonly SigningIdentity[], transitions: readonly Transition[]): Promise<TraceProof> {
    const proof = await this.proof();
    const body = proof.root.attestations[0]?.body ?? new Uint8Array();
    const attestations = signers.map((signer) => attest(signer, body, DATE));
    return { ...proof, root: { ...proof.root, attestations }, transitions };
  }

  /** A block that brings new authorities of the organisations `renewed`, attested by these; its number is its sequence, too. */
  async transition(
    block: bigint,
    signers: readonly SigningIdentity[],
    renewed: readonly number[],
    parts: Parts = {},
  ): Promise<Transition> {
    const { change = () => undefined, network = this.#world.network, txTotal = 1 } = parts;
    const theirs = groupOf(await this.#world.next());
    const envelope =
      parts.envelope ??
      configuration(
        network,
        (channel) => {
          for (const index of renewed) {
            const { mspId } = network.organisation(index);
            const ours = channel.groups['Application']?.groups[mspId];
            if (ours !== undefined) ours.values = theirs?.groups[mspId]?.values ?? {};
          }
          change(channel);
        },
        block,
      );
    const { leaf } = transactionFacts(envelope, 0, 0);
    const proof = await this.proof();
    const stated = decodeAttestationBody(proof.root.attestations[0]?.body ?? new Uint8Array());
    const body = encodeAttestationBody({
      ...stated,
      blockNum: block,
      previousHash: block === 0n ? new Uint8Array(32) : stated.previousHash,
      txRoot: leafHash(leaf),
      txTotal,
      amounts: [],
    });
    const chosen = parts.signers === undefined ? signers : this.old(parts.signers);
    return { block, envelope, attestations: chosen.map((signer) => attest(signer, body, DATE)) };
  }
}

const DATE = new Date(1_780_000_000_000);

function groupOf(network: TestNetwork): common.ConfigGroup | null {
  const [genesis = new Uint8Array()] = decodeBlock(network.genesis).envelopes;
  const { config } = decode(common.ConfigEnvelopeSchema, decodeEnvelope(genesis).data);
  return config?.channelGroup?.groups['Application'] ?? null;
}
