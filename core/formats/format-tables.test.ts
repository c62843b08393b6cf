import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { concat, fromHex, toHex, utf8 } from '../bytes/bytes.js';
import { lp, u16, u32, u64, u8 } from '../bytes/codec.js';
import { sha256 } from '../hash.js';
import { encodeGroup } from '../rank/group.js';
import { encodeGroupLeaf, encodeRankLeaf, partDigest } from '../rank/layers.js';
import { exampleGroup, exampleGroupLeaf, exampleRank, exampleTop } from '../rank/testing/examples.js';
import { exampleMbProof, exampleMbRoot, exampleTrees } from '../block-index/testing/examples.js';
import { encodeCheckingHeader, type CheckingHeader } from '../checking/header.js';
import { encodeHistoryLeaf, encodeIntervalLeaf, encodePartLeaf } from '../checking/leaves.js';
import { packHeader } from '../checking/packed-header.js';
import { exampleInterval, examplePart, someChain, someFacts } from '../checking/testing/examples.js';
import { encodeEventLeaf } from '../trace-tree/event-leaf.js';
import { growthProof } from '../trace-tree/growth.js';
import { encodeHead } from '../trace-tree/head.js';
import { eventPath } from '../trace-tree/paths.js';
import {
  exampleEvent,
  exampleTrees as exampleEventTrees,
  headOf,
  nodesOf,
  someEvents,
} from '../trace-tree/testing/examples.js';
import { keccak256 } from '../trie/keccak.js';
import { encodeStateTrieEntry, stateTrieKey, traceTrieKey } from '../trie/state-entries.js';
import { exampleEntry } from '../trie/testing/examples.js';
import { attestationSignedBytes, encodeAttestationBody } from './attestation.js';
import { membershipHash } from './membership.js';
import { networkId } from './network-id.js';
import {
  exampleAttestation,
  exampleBody,
  exampleLeaf,
  exampleMembers,
  exampleNetwork,
  exampleTip,
} from './testing/examples.js';
import { tipSignedBytes } from './tip.js';
import { encodeTransactionLeaf } from './transaction-leaf.js';

type Value = number | bigint | string | Uint8Array;
type Values = Readonly<Record<string, Value | readonly Readonly<Record<string, Value>>[]>>;

interface Row {
  readonly field: string;
  readonly type: string;
}

const document = readFileSync(new URL('../../docs/formats.md', import.meta.url), 'utf8');

/** The tables of fields in the document, by the heading that they stand under. */
function tables(): Map<string, Row[]> {
  const found = new Map<string, Row[]>();
  let heading = '';
  let hasFields = false;
  for (const line of document.split('\n')) {
    if (line.startsWith('#')) heading = line.replace(/^#+ /, '');
    if (!line.startsWith('|')) hasFields = false;
    const [, field, type] = line.split('|').map((cell) => cell.trim());
    if (line.startsWith('|') && field === 'Field') hasFields = true;
    if (!hasFields || field === undefined || type === undefined || /^(?:Field|-+)$/.test(field)) continue;
    found.set(heading, [...(found.get(heading) ?? []), { field, type }]);
  }
  return found;
}

const encodings: Readonly<Record<string, (value: Value) => Uint8Array>> = {
  '`u8`': (value) => u8(Number(value)),
  '`u16`': (value) => u16(Number(value)),
  '`u32`': (value) => u32(Number(value)),
  '`u64`': (value) => u64(value as bigint),
  '`hash`': (value) => {
    const bytes = typeof value === 'string' ? fromHex(value, 32) : (value as Uint8Array);
    expect(bytes).toHaveLength(32);
    return bytes;
  },
  '`lp`': (value) => lp(value as string | Uint8Array),
  '`bytes`': (value) => value as Uint8Array,
};

/** The bytes that a table prescribes for `values`, which must have a value for each field and no other. */
function assemble(rows: readonly Row[], values: Values): Uint8Array {
  const unused = new Set(Object.keys(values));
  const parts: Uint8Array[] = [];
  for (const { field, type } of rows) {
    const value = values[field];
    const literal = /^`"(.*)"`$/.exec(type)?.[1];
    if (literal !== undefined) {
      parts.push(utf8(literal.replace('\\0', '\0')));
    } else if (type.endsWith(' count')) {
      const list = Array.isArray(value) ? (value as readonly Values[]) : [];
      const prefix = `${field}[].`;
      const inner = rows
        .filter((row) => row.field.startsWith(prefix))
        .map((row) => ({ ...row, field: row.field.slice(prefix.length) }));
      expect(inner.length).toBeGreaterThan(0);
      parts.push(encode(type.replace(' count', ''), list.length));
      parts.push(...list.map((element) => assemble(inner, element)));
      unused.delete(field);
    } else if (!field.includes('[].')) {
      expect(Object.keys(values)).toContain(field);
      parts.push(encode(type, value as Value));
      unused.delete(field);
    }
  }
  expect([...unused]).toEqual([]);
  return concat(...parts);
}

function encode(type: string, value: Value): Uint8Array {
  const encoding = encodings[type];
  if (encoding === undefined) throw new Error(`docs/formats.md names a type that is not defined: ${type}`);
  return encoding(value);
}

const { txId } = exampleLeaf;
const chain = someChain(5);
const checkingHeader = chain.next(someFacts(6n));
const hashesOf = ({ bodyRoot, cyclePointHeaderHash, intervalSummary, trieRoot }: CheckingHeader): Values => ({
  bodyRoot,
  cyclePointHeaderHash,
  intervalSummary,
  trieRoot,
});
const eventNodes = nodesOf(someEvents(8));
const nodeAt = (level: number, position: number): Uint8Array => eventNodes({ level, position });
const formats: Readonly<Record<string, readonly [(table: Uint8Array) => Uint8Array, Values, Uint8Array]>> = {
  'Network id': [sha256, { ...exampleNetwork }, networkId(exampleNetwork)],
  Membership: [
    sha256,
    { q: 2, members: exampleMembers },
    membershipHash({ q: 2, members: exampleMembers.toReversed() }),
  ],
  'Transaction leaf': [
    (bytes) => bytes,
    { ...exampleLeaf, txId: txId ?? '' },
    encodeTransactionLeaf(exampleLeaf),
  ],
  'Attestation body': [
    (bytes) => bytes,
    { ...exampleBody, rules: 1, amounts: exampleBody.amounts.map((entry) => ({ ...entry })) },
    encodeAttestationBody(exampleBody),
  ],
  'Attestation signature': [
    (bytes) => bytes,
    {
      body: exampleAttestation.body,
      unixSeconds: exampleAttestation.unixSeconds,
      mspId: exampleAttestation.mspId,
      certificateHash: sha256(exampleAttestation.certificate),
    },
    attestationSignedBytes(exampleAttestation),
  ],
  Tip: [
    (bytes) => bytes,
    {
      networkId: exampleTip.networkId,
      block: exampleTip.block,
      headerHash: exampleTip.headerHash,
      trieRoot: exampleTip.trieRoot,
      unixSeconds: exampleTip.unixSeconds,
      mspId: exampleTip.mspId,
      certificateHash: sha256(exampleTip.certificate),
    },
    tipSignedBytes(exampleTip),
  ],
  'State key': [keccak256, { domain: 'goods', key: utf8('trace/é') }, stateTrieKey('goods', 'trace/é')],
  'State entry': [(bytes) => bytes, { ...exampleEntry }, encodeStateTrieEntry(exampleEntry)],
  'Trace key': [keccak256, { traceId: utf8('é') }, traceTrieKey('é')],
  'Event leaf': [(bytes) => bytes, { ...exampleEvent }, encodeEventLeaf(exampleEvent)],
  'Head of trees': [
    (bytes) => bytes,
    { trees: exampleEventTrees.map((tree) => ({ ...tree, peaks: concat(...tree.peaks) })) },
    encodeHead(exampleEventTrees),
  ],
  'Event path': [
    (bytes) => bytes,
    { hashes: concat(nodeAt(0, 0), nodeAt(1, 1), nodeAt(1, 2)) },
    eventPath(6, [1], nodesOf(someEvents(6))),
  ],
  'Growth of a head': [
    (bytes) => bytes,
    { hashes: concat(nodeAt(0, 3), nodeAt(2, 1)) },
    growthProof(headOf(someEvents(3)), headOf(someEvents(8)), () => nodesOf(someEvents(8))),
  ],
  Group: [
    (bytes) => bytes,
    { entries: exampleGroup.map((entry) => ({ ...entry })) },
    encodeGroup(exampleGroup.toReversed()),
  ],
  'Group leaf': [(bytes) => bytes, { ...exampleGroupLeaf }, encodeGroupLeaf(exampleGroupLeaf)],
  'Rank leaf': [(bytes) => bytes, { ...exampleRank }, encodeRankLeaf(exampleRank)],
  'Digest of a domain': [sha256, { ...exampleTop }, partDigest(exampleTop)],
  'Part leaf': [(bytes) => bytes, { ...examplePart }, encodePartLeaf(examplePart)],
  'Interval leaf': [(bytes) => bytes, { ...exampleInterval }, encodeIntervalLeaf(exampleInterval)],
  'History leaf': [
    (bytes) => bytes,
    { headerHash: checkingHeader.bodyRoot },
    encodeHistoryLeaf(checkingHeader.bodyRoot),
  ],
  'Checking header': [(bytes) => bytes, { ...checkingHeader }, encodeCheckingHeader(checkingHeader)],
  'Packed checking header': [
    (bytes) => bytes,
    {
      changed: 7,
      ...hashesOf(checkingHeader),
      parts: u16(6),
      anchored: u32(1),
      anchorBlock: u32(5),
      configBlock: u32(7),
      membership: checkingHeader.membership,
      rules: new Uint8Array(),
    },
    packHeader(checkingHeader, chain),
  ],
  'FB+ tree': [(bytes) => bytes, exampleTrees.fb.fields, exampleTrees.fb.bytes],
  'Leaf of a tree': [(bytes) => bytes, exampleTrees.leaf.fields, exampleTrees.leaf.bytes],
  'Inner node of an FB+ tree': [(bytes) => bytes, exampleTrees.fbInner.fields, exampleTrees.fbInner.bytes],
  'MB+ tree': [(bytes) => bytes, exampleTrees.mb.fields, exampleTrees.mb.bytes],
  'Inner node of an MB+ tree': [(bytes) => bytes, exampleTrees.mbInner.fields, exampleTrees.mbInner.bytes],
  'MB+ root': [sha256, exampleMbRoot.fields, exampleMbRoot.bytes],
  'MB+ proof': [(bytes) => bytes, exampleMbProof.fields, exampleMbProof.bytes],
};

describe('the tables of docs/formats.md', () => {
  it('are all checked here', () => {
    expect([...tables().keys()].sort()).toEqual(Object.keys(formats).sort());
  });

  it.each(Object.entries(formats))(
    'prescribe what the code writes: %s',
    (heading, [finish, values, written]) => {
      expect(toHex(finish(assemble(tables().get(heading) ?? [], values)))).toBe(toHex(written));
    },
  );

  it('name every tag once', () => {
    const tags = [...document.matchAll(/`"(cotrace\.[^"]*)"`/g)].map(([, tag]) => tag);
    expect(tags.length).toBeGreaterThan(0);
    expect(new Set(tags).size).toBe(tags.length);
  });
});
