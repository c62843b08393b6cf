import {
  canonicalJson,
  compareBytes,
  encodeAttestationBody,
  encodeEventLeaf,
  encodeHead,
  encodeStateTrieEntry,
  hashCanonical,
  identify,
  MerkleTree,
  PlainTrie,
  sha256,
  stateTrieKey,
  toHex,
  traceTrieKey,
  utf8,
  type Attestation,
  type TraceEvent,
  type TraceHead,
  type TraceRef,
} from '@cotrace/core';
import { isMarked } from '../row-text.js';

/** A record as a client sends it. What is left out is null, or as most events have it. */
export interface ToldRecord {
  readonly traces: readonly (Pick<TraceRef, 'id' | 'role'> & Partial<TraceRef>)[];
  readonly time?: string;
  readonly bond?: 'aggregation' | 'association' | 'other' | null;
  readonly change?: 'add' | 'see' | 'remove' | 'empty' | null;
  readonly step?: string | null;
  /** Two of one name are tellings of one event. */
  readonly name: string;
  readonly eventID?: string | null;
  readonly corrects?: readonly string[] | null;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What a ledger of the tests needs of the world: transactions, and who attests. */
export interface LedgerWorld {
  readonly networkId: Uint8Array;
  readonly membership: Uint8Array;
  /** The envelope of a valid transaction on main that puts these values in the states of domains, null deletes. */
  transaction(
    mspId: string,
    nonce: Uint8Array,
    writes: Writes,
  ): { readonly txId: string; readonly envelope: Uint8Array };
  /** The attestation of a body by the peer of an organisation. */
  attest(mspId: string, body: Uint8Array, unixSeconds: bigint): Attestation;
}

/** Values of keys by domain; null deletes. */
export type Writes = Readonly<Record<string, Readonly<Record<string, string | Uint8Array | null>>>>;

interface StateValue {
  readonly value: Uint8Array;
  readonly blockNum: bigint;
  readonly txNum: number;
  readonly verNum: number;
}

/** An event with all that can be shown of it. */
export interface KnownEvent {
  readonly leaf: TraceEvent;
  /** Null where it is no text. */
  readonly row: string | null;
  /** Canonical text of the record that the row names, where its transaction put it. */
  readonly record: string | null;
  readonly envelope: Uint8Array;
}

/** A ledger that keeps everything and works everything out from the beginning: one transaction a block. */
export class ReferenceLedger {
  readonly #world: LedgerWorld;
  readonly #states = new Map<string, StateValue>();
  readonly #records = new Map<string, string>();
  events: readonly KnownEvent[] = [];
  height = 0n;

  constructor(world: LedgerWorld) {
    this.#world = world;
  }

  /** Records what an organisation tells, as the contract does, and returns the recordId. */
  capture(mspId: string, told: ToldRecord, domain = 'goods'): string {
    const { record, recordId } = this.#told(mspId, told);
    this.write(mspId, (txId) => ({ [domain]: this.#rowsOf(record, recordId, txId, domain) }));
    return recordId;
  }

  /** As a chaincode that calls the contract twice: both read the same state, and the second's rows win. */
  captureTwice(mspId: string, ...tellings: readonly [ToldRecord, ToldRecord]): void {
    const told = tellings.map((one) => this.#told(mspId, one));
    const rows = (txId: string) =>
      told.map(({ record, recordId }) => this.#rowsOf(record, recordId, txId, 'goods'));
    this.write(mspId, (txId) => ({ goods: Object.assign({}, ...rows(txId)) as Record<string, string> }));
  }

  #told(mspId: string, told: ToldRecord): { record: ClientRecord; recordId: string } {
    const record = clientRecord(told);
    const recordId = toHex(hashCanonical([mspId, record]));
    this.#records.set(recordId, canonicalJson(record));
    return { record, recordId };
  }

  /** Makes a block of one transaction that writes these values, whatever they are. */
  write(mspId: string, writes: (txId: string) => Writes): TraceEvent[] {
    // The id of a transaction does not depend on what it writes.
    const nonce = sha256(utf8(`nonce ${this.height}`)).slice(0, 24);
    const { txId } = this.#world.transaction(mspId, nonce, {});
    const { envelope } = this.#world.transaction(mspId, nonce, writes(txId));
    this.height += 1n;
    const made: KnownEvent[] = [];
    for (const [domain, values] of Object.entries(writes(txId)))
      for (const [key, text] of Object.entries(values)) {
        const value = typeof text === 'string' ? utf8(text) : text;
        this.#put(domain, key, value);
        if (value === null || !/^(trace|mark)\//.test(key)) continue;
        const leaf = {
          txId,
          blockNum: this.height,
          txNum: 0,
          domain,
          mspId,
          envelopeHash: sha256(envelope),
          key,
          valueHash: sha256(value),
        };
        const row = typeof text === 'string' ? text : null;
        made.push({ leaf, row, record: this.#recordIn(row ?? '', values), envelope });
      }
    made.sort((a, b) => byBytes(a.leaf.domain, b.leaf.domain) || byBytes(a.leaf.key, b.leaf.key));
    this.events = [...this.events, ...made];
    return made.map(({ leaf }) => leaf);
  }

  /** Takes events back that a chaincode of another kind than ours would not have made. */
  forget(which: (event: KnownEvent) => boolean): void {
    this.events = this.events.filter((event) => !which(event));
  }

  /** The events of a trace, by organisation, in the order of the ledger. */
  trees(traceId: string): { readonly mspId: string; readonly events: KnownEvent[] }[] {
    const trees = new Map<string, KnownEvent[]>();
    for (const event of this.events) {
      const { key, mspId } = event.leaf;
      if (traceOf(key) !== traceId) continue;
      trees.set(mspId, [...(trees.get(mspId) ?? []), event]);
    }
    return [...trees].map(([mspId, events]) => ({ mspId, events })).sort((a, b) => byBytes(a.mspId, b.mspId));
  }

  /** The head of a trace that has events. */
  head(traceId: string): TraceHead {
    return this.trees(traceId).map(({ mspId, events }) => {
      const last = events.at(-1)?.leaf;
      return {
        mspId,
        count: events.length,
        lastBlock: last?.blockNum ?? 0n,
        lastTx: last?.txNum ?? 0,
        peaks: peaksOf(events.map(({ leaf }) => encodeEventLeaf(leaf))),
      };
    });
  }

  /** The value of a key of a domain's state; null where it is absent. */
  value(domain: string, key: string): Uint8Array | null {
    return this.#states.get(nameOf(domain, key))?.value ?? null;
  }

  /** The state trie as it is now; `heads` may replace the heads that follow from the events. */
  async trie(
    heads: ReadonlyMap<string, Uint8Array> = new Map(),
  ): Promise<{ trie: PlainTrie; root: Uint8Array }> {
    const trie = new PlainTrie();
    const ids = new Set(this.events.map(({ leaf }) => traceOf(leaf.key)));
    await trie.apply([
      ...[...this.#states].map(([name, { value, ...version }]) => {
        const [domain = '', key = ''] = JSON.parse(name) as string[];
        return {
          key: stateTrieKey(domain, key),
          value: encodeStateTrieEntry({ valueHash: sha256(value), ...version }),
        };
      }),
      ...[...ids].map((id) => ({ key: traceTrieKey(id), value: heads.get(id) ?? encodeHead(this.head(id)) })),
    ]);
    return { trie, root: (await trie.commit()).root };
  }

  /** What these organisations attest of the newest block, each a second later than the one before, with that root. */
  attestations(mspIds: readonly string[], trieRoot: Uint8Array, block = this.height): Attestation[] {
    const body = encodeAttestationBody({
      networkId: this.#world.networkId,
      rules: 1,
      blockNum: block,
      previousHash: block === 0n ? new Uint8Array(32) : sha256(utf8(`block ${block - 1n}`)),
      dataHash: sha256(utf8(`data ${block}`)),
      membership: this.#world.membership,
      txRoot: sha256(utf8(`transactions ${block}`)),
      txTotal: 1,
      amounts: [{ domain: 'goods', amount: 1 }],
      trieRoot,
    });
    return mspIds.map((mspId, at) => this.#world.attest(mspId, body, 1_780_000_000n + BigInt(at)));
  }

  #put(domain: string, key: string, value: Uint8Array | null): void {
    const name = nameOf(domain, key);
    const verNum = (this.#states.get(name)?.verNum ?? 0) + 1;
    if (value === null) this.#states.delete(name);
    else this.#states.set(name, { value, blockNum: this.height, txNum: 0, verNum });
  }

  #recordIn(row: string, written: NonNullable<Writes[string]>): string | null {
    const recordId = /"recordId":"([0-9a-f]{64})"/.exec(row)?.[1] ?? '';
    const stored = written[`rec/${recordId}`] ?? null;
    const sent = this.#records.get(recordId) ?? null;
    return typeof stored === 'string' && stored.replaceAll(LINK, '') === sent ? sent : null;
  }

  #rowsOf(record: ClientRecord, recordId: string, txId: string, domain: string): Record<string, string> {
    const writes: Record<string, string> = {};
    const links = new Map<string, object>();
    for (const id of new Set(record.traces.map((entry) => entry.id))) {
      const said = saidOf(record, id, recordId, txId);
      if (isMarked(identify(id).nature, said.roles)) {
        writes[`mark/${id} ${recordId}`] = canonicalJson(said);
        links.set(id, { ver: null, preTraceTxId: null, preTraceHash: null });
        continue;
      }
      const before = this.value(domain, `trace/${id}`);
      const last =
        before === null
          ? null
          : (JSON.parse(new TextDecoder().decode(before)) as { ver: number; txId: string });
      const link = {
        ver: (last?.ver ?? 0) + 1,
        preTraceTxId: last?.txId ?? null,
        preTraceHash: last === null ? null : toHex(sha256(utf8(last.txId))),
      };
      writes[`trace/${id}`] = canonicalJson({ ...said, ...link });
      links.set(id, link);
    }
    const traces = record.traces.map((entry) => ({ ...entry, ...links.get(entry.id) }));
    return { ...writes, [`rec/${recordId}`]: canonicalJson({ ...record, traces }) };
  }
}

/** What the contract adds to each identifier of a record, as it stands in canonical JSON. */
const LINK = /,"preTraceHash":[^,]*,"preTraceTxId":[^,]*|,"ver":[^}]*/g;

type ClientRecord = ReturnType<typeof clientRecord>;

/** The hash of the event with that name. */
export function eventHashOf(name: string): string {
  return `ni:///sha-256;${toHex(sha256(utf8(name)))}?ver=CBV2.0`;
}

export function clientRecord(told: ToldRecord) {
  const { traces, time, bond = null, change = null, step = 'commissioning', name, eventID = null } = told;
  return {
    step,
    eventTime: time ?? '2026-05-01T08:00:00.000Z',
    bond,
    change,
    traces: traces.map(({ id, role, lot = null, amounts = null }) => ({ id, role, lot, amounts })),
    data: told.data ?? { type: 'ObjectEvent' },
    eventHash: eventHashOf(name),
    eventID,
    corrects: told.corrects ?? null,
  };
}

/** Members of a row and a mark alike, by the sentences of docs/formats.md; what says nothing is left out. */
function saidOf(record: ClientRecord, id: string, recordId: string, txId: string) {
  const has = (role: string): boolean => record.traces.some((entry) => entry.role === role);
  const own = record.traces.filter((entry) => entry.id === id).map(({ role }) => role);
  const process = [...(has('input') ? ['process-gives'] : []), ...(has('output') ? ['process-takes'] : [])];
  const roles = own.flatMap((role) =>
    role !== 'process' ? [role] : process.length > 0 ? process : ['process'],
  );
  const parent = record.traces.find((entry) => entry.role === 'parent')?.id;
  return {
    txId,
    recordId,
    time: record.eventTime,
    event: toHex(hashCanonical([record.eventHash, record.eventID])),
    roles: [...new Set(roles)].sort(),
    ...(record.corrects !== null && { wrong: true }),
    ...(record.bond !== null && { bond: record.bond }),
    ...(record.change !== null && { change: record.change }),
    ...(own.includes('child') && parent !== undefined && { parent }),
  };
}

/** The TraceID of a key of a row or mark. */
export function traceOf(key: string): string {
  return key.startsWith('trace/') ? key.slice(6) : key.slice(5, -65);
}

/** Roots of runs of leaves, as long as the powers of two that add up to their number. */
export function peaksOf(leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length === 0) return [];
  const width = 2 ** Math.floor(Math.log2(leaves.length));
  return [new MerkleTree(leaves.slice(0, width)).root, ...peaksOf(leaves.slice(width))];
}

function nameOf(domain: string, key: string): string {
  return JSON.stringify([domain, key]);
}

export function byBytes(a: string, b: string): number {
  return compareBytes(utf8(a), utf8(b));
}
