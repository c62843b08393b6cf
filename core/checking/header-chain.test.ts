import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, equalBytes, toHex } from '../bytes/bytes.js';
import { u16, u32, u64, u8 } from '../bytes/codec.js';
import { hashOf } from '../formats/testing/examples.js';
import { sha256 } from '../hash.js';
import { merkleRoot } from '../merkle/tree.js';
import { errorOf } from '../testing/error-of.js';
import { bodyOf } from './body.js';
import { HeaderChain } from './header-chain.js';
import {
  checkingHeaderHash,
  decodeCheckingHeader,
  encodeCheckingHeader,
  type CheckingHeader,
} from './header.js';
import { anchorKey } from './keys.js';
import { encodeIntervalLeaf } from './leaves.js';
import { packHeader, unpackHeader, unpackWideHeader } from './packed-header.js';
import { exampleOrigin, someChain, someFacts } from './testing/examples.js';
import { naiveHeaders, type NaiveBlock } from './testing/reference.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

const headerAfter = (chain: HeaderChain): CheckingHeader => chain.next(someFacts(chain.count + 1n));

describe('a checking header', () => {
  it('is 320 bytes that give back the same header', () => {
    const header = headerAfter(someChain(4));
    const bytes = encodeCheckingHeader(header);
    expect(bytes).toHaveLength(320);
    expect(decodeCheckingHeader(bytes)).toEqual(header);
  });

  it('is refused with other lengths, another tag, and other rules', () => {
    const bytes = encodeCheckingHeader(headerAfter(someChain(4)));
    expect(errorOf(() => decodeCheckingHeader(bytes.slice(0, 319))).code).toBe('TRUNCATED');
    expect(errorOf(() => decodeCheckingHeader(new Uint8Array())).code).toBe('TRUNCATED');
    expect(errorOf(() => decodeCheckingHeader(concat(bytes, Uint8Array.of(0)))).code).toBe('TRAILING_BYTES');
    const changed = (at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 3 : byte));
    expect(errorOf(() => decodeCheckingHeader(changed(18))).code).toBe('BAD_TAG');
    expect(errorOf(() => decodeCheckingHeader(changed(319))).code).toBe('RULES');
    expect(errorOf(() => encodeCheckingHeader({ ...headerAfter(someChain(4)), rules: 2 })).code).toBe(
      'RULES',
    );
  });

  it.each<[string, Partial<CheckingHeader>]>([
    ['no cycle', { checkNum: 0n }],
    ['a cycle point below its number', { cyclePointBlock: 4n }],
    ['its own anchor', { anchored: 5n }],
    ['an anchor in no block', { anchorBlock: 0n }],
    ['a block with no anchor', { anchored: 0n }],
    ['an anchor above its cycle point', { anchorBlock: 41n }],
    ['a configuration above its cycle point', { configBlock: 41n }],
  ])('is refused with %s', (_, change) => {
    const header = { ...headerAfter(someChain(4)), ...change };
    expect(errorOf(() => encodeCheckingHeader(header)).code).toBe('BAD_CHECKING_HEADER');
  });

  it('is refused with numbers and hashes that do not fit their fields', () => {
    const header = headerAfter(someChain(4));
    expect(errorOf(() => encodeCheckingHeader({ ...header, parts: 65_536 })).code).toBe('OUT_OF_RANGE');
    const short = { ...header, bodyRoot: new Uint8Array(31) };
    expect(errorOf(() => encodeCheckingHeader(short)).code).toBe('BAD_HASH_LENGTH');
  });
});

describe('a chain of checking headers', () => {
  it('begins from the genesis block of main', () => {
    const chain = HeaderChain.start(exampleOrigin);
    expect(chain.count).toBe(0n);
    expect(chain.header).toBeNull();
    expect(chain.state).toBeNull();
    const first = headerAfter(chain);
    expect(first).toMatchObject({ checkNum: 1n, cyclePointBlock: 8n, rules: 1 });
    expect(toHex(first.previousHeaderHash)).toBe(toHex(exampleOrigin.genesisHeaderHash));
    expect(toHex(first.historyRoot)).toBe(toHex(sha256()));
    const second = headerAfter(chain.extend(encodeCheckingHeader(first)));
    expect(toHex(second.previousHeaderHash)).toBe(toHex(checkingHeaderHash(encodeCheckingHeader(first))));
  });

  it.each<[keyof CheckingHeader, Partial<CheckingHeader>]>([
    ['networkId', { networkId: hashOf('other') }],
    ['checkNum', { checkNum: 7n }],
    ['previousHeaderHash', { previousHeaderHash: hashOf('other') }],
    ['historyRoot', { historyRoot: hashOf('other') }],
    ['parts', { parts: 4 }],
    ['cyclePointBlock', { cyclePointBlock: 49n }],
    ['anchored', { anchored: 2n }],
    ['anchorBlock', { anchored: 3n, anchorBlock: 30n }],
    ['anchorBlock', { anchored: 4n, anchorBlock: 40n }],
    ['configBlock', { configBlock: 24n }],
    ['membership', { configBlock: 23n, membership: hashOf('other') }],
    ['rules', { rules: 0 }],
  ])('is not continued by another %s', (field, change) => {
    const chain = someChain(5);
    expect(chain.header).toMatchObject({ anchored: 3n, anchorBlock: 29n, configBlock: 23n });
    const error = errorOf(() => {
      chain.follows({ ...headerAfter(chain), ...change });
    });
    expect(error).toMatchObject({ code: 'HEADER_CHAIN', detail: { field } });
  });

  it('is not extended by a header that was there', () => {
    const chain = someChain(5);
    const again = chain.state?.header ?? new Uint8Array();
    expect(errorOf(() => chain.extend(again)).code).toBe('HEADER_CHAIN');
  });

  it('continues from what was stored, and not from anything else', () => {
    for (let count = 1; count <= 9; count++) {
      const chain = someChain(count);
      const state = chain.state ?? { header: new Uint8Array(), peaks: [] };
      const resumed = HeaderChain.resume(exampleOrigin, state);
      expect(headerAfter(resumed)).toEqual(headerAfter(chain));
      expect(resumed.peaks).toEqual(chain.peaks);
      const wrong = [
        [exampleOrigin, { ...state, peaks: [...state.peaks, hashOf('one more')] }],
        [
          exampleOrigin,
          { ...state, peaks: state.peaks.length === 0 ? [hashOf('x')] : state.peaks.map(hashOf1) },
        ],
        [{ ...exampleOrigin, c: 9 }, state],
        [{ ...exampleOrigin, networkId: hashOf('other') }, state],
      ] as const;
      for (const [origin, other] of wrong) {
        expect(errorOf(() => HeaderChain.resume(origin, other)).code).toBe('HEADER_CHAIN');
      }
    }
  });

  it('needs a checking height', () => {
    expect(errorOf(() => HeaderChain.start({ ...exampleOrigin, c: 1 })).code).toBe('BAD_CHECKING_HEIGHT');
  });
});

const hashOf1 = (): Uint8Array => hashOf('another peak');

describe('a packed header', () => {
  it('has 129 bytes and what changed, and gives back the same bytes', () => {
    const lengths: number[] = [];
    let chain = HeaderChain.start(exampleOrigin);
    for (let n = 1; n <= 40; n++) {
      const header = headerAfter(chain);
      const packed = packHeader(header, chain);
      lengths.push(packed.length);
      const bytes = unpackHeader(packed, chain);
      expect(toHex(bytes)).toBe(toHex(encodeCheckingHeader(header)));
      chain = chain.extend(bytes);
    }
    expect(lengths.slice(0, 6)).toEqual([131, 139, 167, 139, 131, 175]);
  });

  it('is 129 bytes where nothing but hashes is new', () => {
    const chain = someChain(5);
    const same = chain.next({ ...someFacts(6n), ...chain.last });
    expect(packHeader(same, chain)).toHaveLength(129);
    expect(toHex(unpackHeader(packHeader(same, chain), chain))).toBe(toHex(encodeCheckingHeader(same)));
  });

  it('is refused with other lengths, other rules, and where it does not follow', () => {
    const chain = someChain(5);
    const header = headerAfter(chain);
    const packed = packHeader(header, chain);
    expect(packed).toHaveLength(175);
    for (const length of [0, 1, 128, 131, 174]) {
      expect(errorOf(() => unpackHeader(packed.slice(0, length), chain)).code).toBe('TRUNCATED');
    }
    expect(errorOf(() => unpackHeader(concat(packed, Uint8Array.of(0)), chain)).code).toBe('TRAILING_BYTES');
    expect(errorOf(() => unpackHeader(packed, someChain(7))).code).toBe('HEADER_CHAIN');
    expect(errorOf(() => packHeader(header, someChain(4))).code).toBe('HEADER_CHAIN');
  });

  it('is refused where it says what no header does, or what stays', () => {
    const chain = someChain(5);
    const { parts, anchored, membership } = chain.last;
    const hashes = packHeader(headerAfter(chain), chain).slice(1, 129);
    const codeWith = (changed: number, ...fields: Uint8Array[]) =>
      errorOf(() => unpackHeader(concat(Uint8Array.of(changed), hashes, ...fields), chain)).code;
    expect(codeWith(16)).toBe('BAD_CHECKING_HEADER');
    expect(codeWith(1, u16(parts))).toBe('BAD_CHECKING_HEADER');
    expect(codeWith(1, u16(parts - 1))).toBe('HEADER_CHAIN');
    expect(codeWith(2, u32(6 - Number(anchored)), u32(0))).toBe('HEADER_CHAIN');
    expect(codeWith(2, u32(7), u32(1))).toBe('OUT_OF_RANGE');
    expect(codeWith(2, u32(2), u32(9))).toBe('BAD_CHECKING_HEADER');
    expect(codeWith(4, u32(0), membership)).toBe('HEADER_CHAIN');
    expect(codeWith(8, u16(1))).toBe('BAD_CHECKING_HEADER');
    expect(codeWith(8, u16(2))).toBe('RULES');
  });
});

describe('a header as older stores have it', () => {
  const wide = (header: CheckingHeader, { membership }: HeaderChain) =>
    concat(
      u16(header.parts),
      header.bodyRoot,
      header.cyclePointHeaderHash,
      header.intervalSummary,
      header.trieRoot,
      u64(header.anchored),
      u64(header.anchorBlock),
      u64(header.configBlock),
      u16(header.rules),
      equalBytes(header.membership, membership) ? new Uint8Array() : header.membership,
    );

  it('is read', () => {
    for (let count = 0; count < 9; count++) {
      const chain = someChain(count);
      const header = headerAfter(chain);
      expect(toHex(unpackWideHeader(wide(header, chain), chain))).toBe(toHex(encodeCheckingHeader(header)));
    }
  });

  it('is refused with other lengths, other rules, and where it does not follow', () => {
    const chain = someChain(5);
    const bytes = wide(headerAfter(chain), chain);
    for (const length of [0, 155, 187]) {
      expect(errorOf(() => unpackWideHeader(bytes.slice(0, length), chain)).code).toBe('TRUNCATED');
    }
    expect(errorOf(() => unpackWideHeader(concat(bytes, u8(0)), chain)).code).toBe('TRAILING_BYTES');
    const otherRules = bytes.map((byte, i) => (i === 155 ? 2 : byte));
    expect(errorOf(() => unpackWideHeader(otherRules, chain)).code).toBe('RULES');
    expect(errorOf(() => unpackWideHeader(bytes, someChain(7))).code).toBe('HEADER_CHAIN');
  });
});

/** A ledger by a list of small numbers, one for each block; anchors name headers made before. */
function someBlocks(c: number, seeds: readonly number[]): NaiveBlock[] {
  const digests = new Map<string, Uint8Array>();
  const blocks: NaiveBlock[] = [];
  seeds.forEach((seed, at) => {
    digests.set(`domain-${seed % 5}`, hashOf(`digest ${at}`));
    if (seed % 4 === 0) digests.set('_lifecycle', hashOf(`lifecycle ${at}`));
    const headers = naiveHeaders(hashOf('network'), c, blocks);
    const m = seed % 3 === 0 ? headers.length - (seed % 2) : 0;
    const named = headers[m - 1];
    const anchorWrites = [{ key: anchorKey(BigInt(1 + (seed % 3))), value: hashOf('garbage') }];
    if (named !== undefined)
      anchorWrites.push({ key: anchorKey(BigInt(m)), value: checkingHeaderHash(named) });
    blocks.push({
      headerHash: hashOf(`header ${at} ${seed}`),
      txRoot: hashOf(`transactions ${at} ${seed}`),
      txTotal: 1 + seed,
      trieRoot: hashOf(`trie ${at} ${seed}`),
      digests: new Map(digests),
      anchorWrites,
      membership: at === 0 || seed % 7 === 0 ? hashOf(`membership ${at}`) : null,
    });
  });
  return blocks;
}

describe('headers made one after the other', () => {
  it('are those of the naive reading of whole blocks', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.array(fc.nat(30), { minLength: 3, maxLength: 24 }),
        (c, seeds) => {
          const blocks = someBlocks(c, seeds);
          const origin = {
            networkId: hashOf('network'),
            c,
            genesisHeaderHash: blocks[0]?.headerHash ?? hashOf(''),
            membership: blocks[0]?.membership ?? hashOf(''),
          };
          let chain = HeaderChain.start(origin);
          for (const naive of naiveHeaders(origin.networkId, c, blocks)) {
            const made = encodeCheckingHeader(chain.next(factsOf(chain, blocks)));
            expect(toHex(made)).toBe(toHex(naive));
            const packed = packHeader(decodeCheckingHeader(made), chain);
            expect(toHex(unpackHeader(packed, chain))).toBe(toHex(naive));
            chain = chain.extend(made);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });
});

/** The facts of the next cycle, from its own blocks and the header before. */
function factsOf(chain: HeaderChain, blocks: readonly NaiveBlock[]): ReturnType<typeof someFacts> {
  const { c, membership } = chain.origin;
  const first = Number(chain.count) * c + 1;
  const own = blocks.slice(first, first + c);
  let { anchored, anchorBlock, configBlock } = chain.header ?? {
    anchored: 0n,
    anchorBlock: 0n,
    configBlock: 0n,
  };
  let current = chain.header?.membership ?? membership;
  const hashes = naiveHeaders(chain.origin.networkId, c, blocks.slice(0, first)).map(checkingHeaderHash);
  own.forEach((block, i) => {
    const num = BigInt(first + i);
    for (const { key, value } of block.anchorWrites) {
      const m =
        hashes.findIndex((hash, at) => key === anchorKey(BigInt(at + 1)) && toHex(hash) === toHex(value)) + 1;
      if (BigInt(m) > anchored) [anchored, anchorBlock] = [BigInt(m), num];
    }
    if (block.membership !== null) [configBlock, current] = [num, block.membership];
  });
  const point = own.at(-1);
  const domains = [...(point?.digests ?? [])].map(([domain, hpart]) => ({ domain, hpart }));
  const parts = domains.sort((a, b) => (a.domain < b.domain ? -1 : 1));
  return {
    parts: parts.length,
    bodyRoot: bodyOf(parts).root,
    cyclePointHeaderHash: point?.headerHash ?? hashOf(''),
    intervalSummary: merkleRoot(
      own.map((block, i) => encodeIntervalLeaf({ ...block, blockNum: BigInt(first + i) })),
    ),
    trieRoot: point?.trieRoot ?? hashOf(''),
    anchored,
    anchorBlock,
    configBlock,
    membership: current,
    rules: 1,
  };
}
