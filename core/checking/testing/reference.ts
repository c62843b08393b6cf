import { createHash } from 'node:crypto';
import { referenceRoot } from '../../merkle/testing/reference.js';

/** What a naive reader keeps of one main block. */
export interface NaiveBlock {
  readonly headerHash: Uint8Array;
  readonly txRoot: Uint8Array;
  readonly txTotal: number;
  readonly trieRoot: Uint8Array;
  /** The digests of domains after the block, in any order. */
  readonly digests: ReadonlyMap<string, Uint8Array>;
  /** What transactions with code 0 put into namespace `anchor`. */
  readonly anchorWrites: readonly { readonly key: string; readonly value: Uint8Array }[];
  /** `membershipHash` of the configuration that the block holds; null for other blocks. */
  readonly membership: Uint8Array | null;
}

/**
 * All headers of a ledger from its whole blocks, block 0 first, made field by field from docs/formats.md: nothing is carried
 * from one header to the next but the hashes.
 */
export function naiveHeaders(networkId: Uint8Array, c: number, blocks: readonly NaiveBlock[]): Buffer[] {
  const headers: Buffer[] = [];
  for (let n = 1; n * c < blocks.length; n++) {
    const upTo = blocks.slice(0, n * c + 1);
    const point = upTo.at(-1);
    const hashes = headers.map(digest);
    const configBlock = upTo.findLastIndex(({ membership }) => membership !== null);
    const parts = [...(point?.digests ?? [])]
      .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map(([domain, hpart]) =>
        Buffer.concat([Buffer.from('b'), number(domain.length, 4), Buffer.from(domain), hpart]),
      );
    const interval = upTo
      .map((block, at) =>
        Buffer.concat([
          Buffer.from('i'),
          number(at, 8),
          block.headerHash,
          block.txRoot,
          number(block.txTotal, 4),
          block.trieRoot,
        ]),
      )
      .slice(-c);
    const anchor = newestAnchor(upTo, hashes);
    headers.push(
      Buffer.concat([
        Buffer.from('cotrace.checking.v1\0'),
        networkId,
        number(n, 8),
        hashes.at(-1) ?? upTo[0]?.headerHash ?? Buffer.alloc(0),
        referenceRoot(hashes.map((hash) => Buffer.concat([Buffer.from('h'), hash]))),
        number(parts.length, 2),
        referenceRoot(parts),
        number(n * c, 8),
        point?.headerHash ?? Buffer.alloc(0),
        referenceRoot(interval),
        point?.trieRoot ?? Buffer.alloc(0),
        number(anchor.m, 8),
        number(anchor.block, 8),
        number(configBlock, 8),
        upTo[configBlock]?.membership ?? Buffer.alloc(0),
        number(1, 2),
      ]),
    );
  }
  return headers;
}

function newestAnchor(
  blocks: readonly NaiveBlock[],
  hashes: readonly Buffer[],
): { m: number; block: number } {
  for (let m = hashes.length; m > 0; m--) {
    const key = `anchor/${String(m).padStart(20, '0')}`;
    const block = blocks.findIndex(({ anchorWrites }) =>
      anchorWrites.some((write) => write.key === key && hashes[m - 1]?.equals(write.value) === true),
    );
    if (block >= 0) return { m, block };
  }
  return { m: 0, block: 0 };
}

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** Big-endian, of 2, 4 or 8 bytes. */
function number(value: number, width: number): Buffer {
  const bytes = Buffer.alloc(width);
  bytes.writeUIntBE(value, Math.max(0, width - 6), Math.min(6, width));
  return bytes;
}
