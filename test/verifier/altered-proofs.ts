import { fromBase64url, toBase64url } from '@cotrace/core';
import { DerReader, bigintOf } from '../../fabric-model/identity/der.js';
import { orderOf } from '../../fabric-model/identity/curves.js';
import { encodeSignature } from '../../fabric-model/identity/signature.js';
import type { Random } from '../faults/random.js';

type Members = Record<string, unknown>;
interface Attested {
  block: unknown;
  attestations: Members[];
}
/** A proof file as JSON, its parts in reach. */
interface ProofFile {
  question: Members;
  blocks: Attested[];
  transactions: Members[];
}

/** Names of the members that hold bytes. */
const BYTES = ['body', 'certificate', 'signature', 'envelope', 'inclusionProof'] as const;

/** A proof file altered in one place, as one who forges might, or as a bad disk does; the same one from the same seed. */
export function altered(text: string, random: Random): string {
  const file = JSON.parse(text) as ProofFile;
  const blocks = file.blocks.filter(({ attestations }) => attestations.length > 0);
  const attestations = blocks.flatMap((block) => block.attestations);
  switch (random.integer(0, 10)) {
    case 0:
      return damagedText(text, random);
    case 1:
      if (file.blocks.length > 0) file.blocks.splice(random.integer(0, file.blocks.length), 1);
      break;
    case 2:
      if (blocks.length > 0) {
        const block = random.one(blocks);
        block.attestations.splice(random.integer(0, block.attestations.length), 1);
      }
      break;
    case 3:
      if (attestations.length > 0)
        random.one(attestations)['signature'] = oddSignature(random.one(attestations), random);
      break;
    case 4:
      if (attestations.length > 0) {
        const name = random.one(['mspId', 'certificate', 'signature', 'body', 'unixSeconds']);
        random.one(attestations)[name] = random.one(attestations)[name];
      }
      break;
    case 5:
      if (file.transactions.length > 0) {
        const name = random.one(['block', 'txNum', 'envelope', 'inclusionProof']);
        random.one(file.transactions)[name] = random.one(file.transactions)[name];
      }
      break;
    case 6:
      file.question['direction'] = random.one(['none', 'up', 'down']);
      break;
    default: {
      // Bytes that are signed or hashed, most of all: they must not matter less here than there.
      const owners = [...attestations, ...file.transactions];
      if (owners.length > 0) damageBytes(random.one(owners), random);
    }
  }
  return JSON.stringify(file);
}

function damageBytes(owner: Members, random: Random): void {
  const names = BYTES.filter((name) => name in owner);
  const name = random.one(names);
  const value = owner[name];
  if (typeof value === 'string') owner[name] = damaged(value, random);
  else if (Array.isArray(value) && value.length > 0) {
    const list = value as string[];
    const at = random.integer(0, list.length);
    list[at] = damaged(list[at] ?? '', random);
  }
}

/** A bit changed, or the last byte gone. */
function damaged(text: string, random: Random): string {
  const bytes = fromBase64url(text, 2 ** 24);
  if (bytes.length === 0) return text;
  if (random.integer(0, 8) === 0) return toBase64url(bytes.subarray(1));
  const at = random.integer(0, bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(0, 8));
  return toBase64url(bytes);
}

/** Of an attestation: its signature in forms about which implementations of ECDSA differ. */
function oddSignature({ signature }: Members, random: Random): string {
  const der = fromBase64url(String(signature), 2 ** 16);
  try {
    const inside = new DerReader(der, 'signature').inside();
    const [r, s] = [bigintOf(inside.integer()), bigintOf(inside.integer())];
    const n = orderOf('P-256');
    return toBase64url(
      random.one([
        encodeSignature({ r, s: n - s }),
        encodeSignature({ r: r + n, s }),
        encodeSignature({ r, s: s + n }),
        encodeSignature({ r: n, s }),
        encodeSignature({ r: s, s: r }),
        encodeSignature({ r: 1n, s: 1n }),
        Uint8Array.from([...der, 0]),
        new Uint8Array(64).fill(1),
        new Uint8Array(),
      ]),
    );
  } catch {
    return toBase64url(der.subarray(1));
  }
}

function damagedText(text: string, random: Random): string {
  const at = random.integer(0, text.length);
  const put = random.one(['', '"', '}', ',', '0', 'A', '-', '\u0000', 'é', '\ud800']);
  return text.slice(0, at) + put + text.slice(at + random.integer(0, 2));
}
