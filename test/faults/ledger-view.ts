import { fromUtf8, toHex, traceKey } from '@cotrace/core';
import { decodeEnvelope, decodeTransaction } from '@cotrace/fabric-model';
import { openSession } from '../../gateway-app/client/session.js';
import { nodeRows, type NodeRow } from '../../gateway-app/client/node-rows.js';
import type { Connections } from '../../gateway-app/client/connections.js';
import type { ConsortiumNode } from '../../gateway-app/consortium/consortium.js';
import { Business, Master } from '../../gateway-app/gen/cotrace/cotrace_pb.js';
import { valuesWritten } from '../../verifier/proof/values-written.js';
import { setTimeout as sleep } from 'node:timers/promises';

const BLOCKS_AT_ONCE = 500n;
const IDS_AT_ONCE = 500;
const SETTLE_MS = 60_000;

/** Where a record stands in the chain of an identifier in a domain. */
export interface LinkedRecord {
  readonly txId: string;
  readonly ver: unknown;
  /** Transaction of the record before it. */
  readonly previous: unknown;
  readonly wrongHint: boolean;
}

/** Looks at a running network as its organisations' clients. */
export class LedgerView {
  readonly #sessions: ReadonlyMap<string, Connections>;
  readonly #first: Connections;

  constructor(home: string) {
    this.#first = openSession({ home });
    const { organisations } = this.#first.context.consortium;
    this.#sessions = new Map(
      organisations.map(({ name, mspId }) => [mspId, openSession({ home, org: name })]),
    );
  }

  close(): void {
    this.#first.close();
    for (const session of this.#sessions.values()) session.close();
  }

  /** The nodes once all have caught up with the ledger, or as they are after a minute. */
  async settled(): Promise<readonly NodeRow[]> {
    const deadline = Date.now() + SETTLE_MS;
    for (;;) {
      const rows = await nodeRows(this.#first);
      if (rows.every(({ lag, state }) => lag === 0n && state === 'following') || Date.now() > deadline)
        return rows;
      await sleep(100);
    }
  }

  /** Per master, the bodies that it attested itself, of blocks 0 to `height` - 1, hexadecimal. */
  async attestedBodies(height: bigint): Promise<string[][]> {
    return Promise.all(
      this.#first.masters().map(async ({ client: master, mspId: own }) => {
        const bodies: string[] = [];
        for (let at = 0n; at < height; at += BLOCKS_AT_ONCE) {
          const end = at + BLOCKS_AT_ONCE < height ? at + BLOCKS_AT_ONCE : height;
          const blockNums = Array.from({ length: Number(end - at) }, (_, i) => at + BigInt(i));
          const { attestations } = await master.call(Master.method.attestationsOf, { blockNums });
          bodies.push(...attestations.flatMap(({ mspId, body }) => (mspId === own ? [toHex(body)] : [])));
        }
        return bodies;
      }),
    );
  }

  /** Per master, the checking headers that it has computed of cycles 1 to `count`. */
  async checkingHeaders(count: bigint): Promise<Uint8Array[][]> {
    return Promise.all(
      this.#first.masters().map(async ({ client: master }) => {
        const { cycles } = await master.call(Master.method.cycles, { checkNum: 1n, count: Number(count) });
        return cycles.map(({ header }) => header);
      }),
    );
  }

  /** Per domain, the height and state digest of each of its nodes. */
  async digests(): Promise<Map<string, string[]>> {
    const digests = new Map<string, string[]>();
    for (const { client, domain } of this.#businessNodes()) {
      const { height, digest } = await client.call(Business.method.digest, {});
      digests.set(domain, [...(digests.get(domain) ?? []), `${height} ${toHex(digest)}`]);
    }
    return digests;
  }

  /** Per business node, up to which cycle its state is what was sealed, and the cycles at whose end it was not. */
  async compared(): Promise<{ readonly consistentUpTo: bigint; readonly differing: readonly bigint[] }[]> {
    return Promise.all(
      this.#businessNodes().map(async ({ client }) => {
        const { consistentUpTo, differences } = await client.call(Business.method.status, {});
        return { consistentUpTo, differing: differences.map(({ checkNum }) => checkNum) };
      }),
    );
  }

  /** What business nodes hold as proof that somebody broke the rules. */
  async evidence(): Promise<string[]> {
    const kept: string[] = [];
    for (const { client } of this.#businessNodes()) {
      const { evidence } = await client.call(Business.method.evidenceKept, {});
      kept.push(...evidence.map(({ kind, reason }) => `${kind}: ${reason}`));
    }
    return kept;
  }

  /** The newest transaction of each identifier in a domain, as a master knows it. */
  async heads(domain: string, traceIds: readonly string[]): Promise<{ txId: string; block: bigint }[]> {
    const master = this.#first.masters()[0]?.client;
    const found: { txId: string; block: bigint }[] = [];
    for (let at = 0; at < traceIds.length; at += IDS_AT_ONCE) {
      const ids = traceIds.slice(at, at + IDS_AT_ONCE);
      const reply = await master?.call(Master.method.traceHeads, { domain, traceIds: ids });
      for (const { heads } of reply?.traces ?? []) {
        found.push(...heads.map(({ txId, blockNum: block }) => ({ txId, block })));
      }
    }
    return found;
  }

  /** The records of an identifier in one domain, newest first, as a master walks them. */
  async trace(traceId: string, domain: string): Promise<LinkedRecord[]> {
    const master = this.#first.masters()[0]?.client;
    const records: LinkedRecord[] = [];
    if (master === undefined) return records;
    for await (const found of master.stream(Master.method.trace, { traceId }, new AbortController().signal)) {
      if (found.domain !== domain) continue;
      const { txId, rwset } = decodeTransaction(decodeEnvelope(found.envelope));
      const value = valuesWritten(rwset).get(domain)?.get(traceKey(traceId)) ?? new Uint8Array();
      const row = JSON.parse(fromUtf8(value)) as Readonly<Record<string, unknown>>;
      const { wrongHint } = found;
      records.push({ txId, ver: row['ver'], previous: row['preTraceTxId'], wrongHint });
    }
    return records;
  }

  #businessNodes() {
    const { nodes } = this.#first.context.consortium;
    return nodes.flatMap((node: ConsortiumNode) => {
      const { role, address, domain, mspId } = node;
      const client = address === null ? undefined : this.#sessions.get(mspId)?.node({ ...node, address });
      return role === 'business' && domain !== null && client !== undefined ? [{ client, domain }] : [];
    });
  }
}
