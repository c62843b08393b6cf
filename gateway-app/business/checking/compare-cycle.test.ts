import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  checkingHeaderHash,
  emptyPart,
  sha256,
  type CheckingHeader,
  type HeaderChain,
  type PartLeaf,
} from '@cotrace/core';
import { nodeVerifier, type SigningIdentity } from '@cotrace/network';
import { mainConfig, type MainConfig } from '@cotrace/verifier';
import { configOfEnvelope } from '../../fabric/configuration.js';
import { SealedHeaderSchema, type SealedHeader } from '../../gen/cotrace/cotrace_pb.js';
import { CyclePointSchema } from '../../gen/cotrace/store_pb.js';
import { create } from '@bufbuild/protobuf';
import { BusinessScene } from '../../testing/business-scene.js';
import { codeOf } from '../../testing/codes.js';
import { sealedHeader, type SealedCycle } from '../../master/checking/sealed-header.js';
import { TestSealer } from '../../testing/test-sealer.js';
import { configuration, put, withoutOrganisation } from '../../testing/transactions.js';
import { compareCycle, type CycleKnowledge } from './compare-cycle.js';

const GOODS = sha256(Uint8Array.of(1));
const OTHER = sha256(Uint8Array.of(2));
const LIFECYCLE = sha256(Uint8Array.of(3));
const PARTS: readonly PartLeaf[] = [
  { domain: '_lifecycle', hpart: LIFECYCLE },
  { domain: 'goods', hpart: GOODS },
];

let scene: BusinessScene;
/** Has sealed cycle 1, of blocks 1 and 2. */
let sealer: TestSealer;
/** The chain before cycle 1. */
let start: HeaderChain;
/** Cycle 1. */
let first: SealedCycle;

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
function knowing(headers: HeaderChain, sealed: SealedCycle) {
  const {
    cyclePointHeaderHash: headerHash,
    trieRoot,
    membership,
  } = headers.extend(sealed.header).header ?? never();
  const own = { part: GOODS, lifecycle: LIFECYCLE };
  const point = create(CyclePointSchema, { headerHash, trieRoot, membership, ...own });
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

/** What comes of a sealed header: of the domain and of `_lifecycle`. */
function agreeing(message: SealedHeader, known: CycleKnowledge): (boolean | null)[] {
  const verdict = compareCycle(message, known);
  return verdict.kind === 'verified' ? verdict.parts.map(({ agrees }) => agrees) : [];
}

function never(): never {
  throw new RangeError('there is a header');
}

describe('a sealed header', () => {
  it('is verified, and the own state compared with its part', () => {
    const known = knowing(start, first);
    const message = sealedHeader(first, 'goods');
    expect(compareCycle(message, known)).toMatchObject({
      kind: 'verified',
      parts: [
        { domain: 'goods', agrees: true, sealed: GOODS },
        { domain: '_lifecycle', agrees: true, sealed: LIFECYCLE },
      ],
      isWhole: true,
    });
    const others = { part: { part: OTHER }, lifecycle: { lifecycle: OTHER } };
    const otherwise = (other: object) => agreeing(message, { ...known, point: { ...known.point, ...other } });
    expect(otherwise(others.part)).toEqual([false, true]);
    expect(otherwise(others.lifecycle)).toEqual([true, false]);
    // A node that does not know what it had then, of anything or of `_lifecycle`.
    expect(agreeing(message, { ...known, point: null })).toEqual([null, null]);
    const { part, headerHash, trieRoot, membership } = known.point;
    const older = create(CyclePointSchema, { part, headerHash, trieRoot, membership });
    expect(agreeing(message, { ...known, point: older })).toEqual([true, null]);
  });

  it('of a master that leaves out what it has of _lifecycle is compared by the domain alone', () => {
    const { header, seal, part } = sealedHeader(first, 'goods');
    const verdict = compareCycle(
      create(SealedHeaderSchema, { header, seal, ...(part === undefined ? {} : { part }) }),
      knowing(start, first),
    );
    expect(verdict).toMatchObject({
      kind: 'verified',
      parts: [{ agrees: true }, { domain: '_lifecycle', agrees: null, sealed: null }],
      isWhole: false,
    });
  });

  it('without a part of _lifecycle shows that there is none, and agrees with a node that never had an entry', () => {
    const cycle = new TestSealer(scene.network, scene.chain, scene.masterOf(0)).make([
      { domain: 'goods', hpart: GOODS },
    ]);
    const known = knowing(start, cycle);
    expect(agreeing(sealedHeader(cycle, 'goods'), known)).toEqual([true, false]);
    const empty = { ...known.point, lifecycle: emptyPart(2n, 2) };
    expect(agreeing(sealedHeader(cycle, 'goods'), { ...known, point: empty })).toEqual([true, true]);
  });

  it('without a part of the domain agrees with a node that had no entry alone', () => {
    const known = { ...knowing(start, first), domain: 'idle' };
    const message = sealedHeader(first, 'idle');
    expect(agreeing(message, known)).toEqual([false, true]);
    const empty = { ...known.point, part: emptyPart(2n, 2) };
    expect(agreeing(message, { ...known, point: empty })).toEqual([true, true]);
    // It shows that there is none, and not that there is one.
    const there = sealedHeader(first, 'goods');
    expect(agreeing(there, { ...known, domain: 'goods', point: empty })).toEqual([false, true]);
  });

  const sealedBy = (...endorsers: readonly SigningIdentity[]) => sealer.make(PARTS, {}, endorsers);

  it('counts under the membership after the cycle before, and no other', async () => {
    // Under the members of block 2, all three.
    const second = sealedBy(peer(0), peer(2));
    expect(compareCycle(sealedHeader(second, 'goods'), knowing(sealer.headers, second))).toMatchObject({
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
        const compare = () => compareCycle(sealedHeader(third, 'goods'), known);
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
    const compared = (cycle: SealedCycle, hash: Uint8Array) =>
      codeOf(() =>
        compareCycle(sealedHeader(cycle, 'goods'), { ...knowing(headers, cycle), agreed: { hash, config } }),
      );
    const hash = checkingHeaderHash(ofStaying.header);
    expect(config.members).toHaveLength(2);
    expect(await compared(ofStaying, hash)).toBeNull();
    expect(await compared(ofLeaving, hash)).toBe('SEAL_QUORUM');
    expect(await compared(ofLeaving, OTHER)).toBeNull();
  });

  const client = (index: number) => scene.network.organisation(index).client;
  const forgeries: readonly (readonly [string, string, () => SealedCycle])[] = [
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
    expect(await codeOf(() => compareCycle(sealedHeader(forge(), 'goods'), known))).toBe(code);
  });

  it('of another channel is refused', async () => {
    const known = { ...knowing(start, first), channel: 'other' };
    expect(await codeOf(() => compareCycle(sealedHeader(first, 'goods'), known))).toBe('SEAL_CHANNEL');
  });
});
