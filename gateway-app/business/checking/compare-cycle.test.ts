import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  checkingHeaderHash,
  sha256,
  type CheckingHeader,
  type HeaderChain,
  type PartLeaf,
} from '@cotrace/core';
import { nodeVerifier, type SigningIdentity } from '@cotrace/network';
import { mainConfig, type MainConfig } from '@cotrace/verifier';
import { configOfEnvelope } from '../../fabric/configuration.js';
import { CyclePointSchema } from '../../gen/cotrace/store_pb.js';
import { create } from '@bufbuild/protobuf';
import { BusinessScene } from '../../testing/business-scene.js';
import { codeOf } from '../../testing/codes.js';
import { sealedMessage, TestSealer, type TestCycle } from '../../testing/test-sealer.js';
import { configuration, put, withoutOrganisation } from '../../testing/transactions.js';
import { compareCycle, type CycleKnowledge } from './compare-cycle.js';

const GOODS = sha256(Uint8Array.of(1));
const OTHER = sha256(Uint8Array.of(2));
const PARTS: readonly PartLeaf[] = [
  { domain: '_lifecycle', hpart: OTHER },
  { domain: 'goods', hpart: GOODS },
];

let scene: BusinessScene;
/** Has sealed cycle 1, of blocks 1 and 2. */
let sealer: TestSealer;
/** The chain before cycle 1. */
let start: HeaderChain;
/** Cycle 1. */
let first: TestCycle;

beforeAll(async () => {
  scene = await BusinessScene.create({ checkingHeight: 2 });
  const { chain, masters, network } = scene;
  // Cycle 2 is of blocks 3 and 4: after it the third organisation is no member any more.
  chain.add([configuration(network, withoutOrganisation('Org3MSP'))]);
  chain.add([put(network, 'goods', { a: '3' })]);
  chain.add([put(network, 'goods', { a: '4' })]);
  for (const master of masters) await master.follow(chain);
  sealer = new TestSealer(network, chain, scene.masterOf(0));
  start = sealer.headers;
  first = sealer.seal(PARTS);
});

afterAll(() => scene.close());

const peer = (index: number) => scene.network.organisation(index).peer;

/** What a node knows of the cycle after `headers` whose chain is that of the sealed one, and whose state is `GOODS`. */
function knowing(headers: HeaderChain, sealed: TestCycle) {
  const {
    cyclePointHeaderHash: headerHash,
    trieRoot,
    membership,
  } = headers.extend(sealed.header).header ?? never();
  const point = create(CyclePointSchema, { headerHash, trieRoot, membership, part: GOODS });
  const config = configOf(headers);
  return {
    domain: 'goods',
    channel: 'checking',
    chain: headers,
    config,
    agreed: null,
    point,
  } satisfies CycleKnowledge;
}

/** The configuration in force after the last of these headers. */
function configOf({ header }: HeaderChain): MainConfig {
  const [envelope = new Uint8Array()] = scene.chain.block(header?.configBlock ?? 0n).envelopes;
  return mainConfig(configOfEnvelope(envelope), nodeVerifier);
}

function never(): never {
  throw new RangeError('there is a header');
}

describe('a sealed header', () => {
  it('is verified, and the own state compared with its part', () => {
    const known = knowing(start, first);
    const message = sealedMessage(first, 'goods');
    expect(compareCycle(message, known)).toMatchObject({ kind: 'verified', agrees: true });
    const other = { ...known.point, part: OTHER };
    expect(compareCycle(message, { ...known, point: other })).toMatchObject({
      kind: 'verified',
      agrees: false,
    });
    // A node that does not know what it had then.
    expect(compareCycle(message, { ...known, point: null })).toMatchObject({
      kind: 'verified',
      agrees: null,
    });
  });

  it('without a part of the domain agrees with a node that had no entry alone', () => {
    const known = { ...knowing(start, first), domain: 'idle' };
    const message = sealedMessage(first, 'idle');
    expect(compareCycle(message, known)).toMatchObject({ agrees: false });
    const empty = { ...known.point, isEmpty: true };
    expect(compareCycle(message, { ...known, point: empty })).toMatchObject({ agrees: true });
    // It shows that there is none, and not that there is one.
    const there = sealedMessage(first, 'goods');
    expect(compareCycle(there, { ...known, domain: 'goods', point: empty })).toMatchObject({ agrees: true });
  });

  const sealedBy = (...endorsers: readonly SigningIdentity[]) => sealer.make(PARTS, {}, endorsers);

  it('counts under the membership after the cycle before, and no other', async () => {
    // Under the members of block 2, all three.
    const second = sealedBy(peer(0), peer(2));
    expect(compareCycle(sealedMessage(second, 'goods'), knowing(sealer.headers, second))).toMatchObject({
      kind: 'verified',
    });
    // Cycle 3 is sealed under those of block 4, two.
    const { headers } = sealer;
    sealer.seal(PARTS);
    try {
      scene.chain.add([put(scene.network, 'goods', { a: '5' })]);
      for (const master of scene.masters) await master.follow(scene.chain);
      for (const [endorsers, code] of [
        [[peer(0), peer(2)], 'SEAL_QUORUM'],
        [[peer(0), peer(1)], null],
      ] as const) {
        const third = sealedBy(...endorsers);
        const known = knowing(sealer.headers, third);
        const compare = () => compareCycle(sealedMessage(third, 'goods'), known);
        if (code === null) expect(compare()).toMatchObject({ kind: 'verified' });
        else expect(await codeOf(compare)).toBe(code);
      }
    } finally {
      sealer.headers = headers;
    }
  });

  it('counts by the members after its cycle where the consortium has agreed on it', async () => {
    const { headers } = sealer;
    const ofStaying = sealedBy(peer(0), peer(1));
    const ofLeaving = sealedBy(peer(0), peer(2));
    const config = configOf(headers.extend(ofStaying.header));
    const compared = (cycle: TestCycle, hash: Uint8Array) =>
      codeOf(() =>
        compareCycle(sealedMessage(cycle, 'goods'), { ...knowing(headers, cycle), agreed: { hash, config } }),
      );
    const hash = checkingHeaderHash(ofStaying.header);
    expect(config.members).toHaveLength(2);
    expect(await compared(ofStaying, hash)).toBeNull();
    expect(await compared(ofLeaving, hash)).toBe('SEAL_QUORUM');
    expect(await compared(ofLeaving, OTHER)).toBeNull();
  });

  const client = (index: number) => scene.network.organisation(index).client;
  const forgeries: readonly (readonly [string, string, () => TestCycle])[] = [
    ['of another cycle', 'BAD_ANSWER', () => first],
    ['of another network', 'BAD_ANSWER', () => forged({ networkId: OTHER })],
    [
      'with a byte too many',
      'TRAILING_BYTES',
      () => ({ ...sealedBy(), header: Uint8Array.of(...first.header, 0) }),
    ],
    ['with a byte too few', 'TRUNCATED', () => ({ ...sealedBy(), header: first.header.slice(0, 319) })],
    [
      'of another format',
      'BAD_TAG',
      () => ({ ...sealedBy(), header: first.header.map((byte, i) => (i === 0 ? byte ^ 1 : byte)) }),
    ],
    [
      'with the seal of another header',
      'SEAL_HEADER',
      () => ({ ...sealer.make(PARTS), header: forged({ trieRoot: OTHER }).header }),
    ],
    [
      'with the seal of the header before',
      'SEAL_HEADER',
      () => ({ ...sealer.make(PARTS), seal: first.seal }),
    ],
    ['that one organisation sealed', 'SEAL_QUORUM', () => sealedBy(peer(0))],
    ['that one organisation sealed twice', 'SEAL_QUORUM', () => sealedBy(peer(0), peer(0))],
    ['that clients sealed', 'SEAL_QUORUM', () => sealedBy(client(0), client(1))],
    ['without a seal', 'SEAL_FORM', () => ({ ...sealer.make(PARTS), seal: new Uint8Array() })],
    [
      'with parts that are not its own',
      'ROOT_MISMATCH',
      () => ({ ...sealer.make(PARTS), parts: PARTS.map((part) => ({ ...part, hpart: OTHER })) }),
    ],
  ];
  const forged = (others: Partial<CheckingHeader>) => sealer.make(PARTS, others);

  it.each(forgeries)('%s is refused', async (_name, code, forge) => {
    const { headers } = sealer;
    const known = knowing(headers, sealer.make(PARTS));
    expect(await codeOf(() => compareCycle(sealedMessage(forge(), 'goods'), known))).toBe(code);
  });

  it('of another channel is refused', async () => {
    const known = { ...knowing(start, first), channel: 'other' };
    expect(await codeOf(() => compareCycle(sealedMessage(first, 'goods'), known))).toBe('SEAL_CHANNEL');
  });
});
