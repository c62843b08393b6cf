import { writeFileSync } from 'node:fs';
import { toHex, type Role } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { readTrust, type Trust } from '@cotrace/verifier';
import type { Connections } from '../client/connections.js';
import type { DomainContract } from '../client/wire.js';
import { fakeConnections, type BusinessAnswers, type MasterAnswers } from './fake-network.js';
import { addressed, honestAnswers } from './masters-in-process.js';
import { peerWithLedger } from './peer-ledger.js';
import { trustFile } from './proofs.js';
import { capture, type TestRecord } from './records.js';
import { TestChain } from './test-chain.js';
import { TestMaster } from './test-master.js';
import { TestNetwork } from './test-network.js';
import { definition } from './transactions.js';

/** A record whose place in the chain of each of its identifiers is found out. */
export interface SceneRecord extends Omit<TestRecord, 'traces'> {
  readonly domain: string;
  readonly traces: readonly { readonly id: string; readonly role: Role }[];
}

/** What is otherwise than on an honest network whose peer has the ledger, and whose chaincodes are away. */
export interface SceneOptions {
  readonly contract?: Partial<DomainContract>;
  /** Answers of nodes by name, in place of those of honest masters; null: nobody listens there. */
  readonly nodes?: Readonly<Record<string, MasterAnswers | BusinessAnswers | null>>;
}

/** A ledger with records, masters in this process that have followed it, and a client's connections to them. */
export class LedgerScene {
  readonly network: TestNetwork;
  readonly chain: TestChain;
  readonly trust: Trust;
  /** Path of the trust file. */
  readonly trustPath: string;
  readonly #masters: readonly TestMaster[];
  /** What each honest master answers, by name. */
  readonly honest: Readonly<Record<string, MasterAnswers>>;

  /** Newest record of an identifier in a domain. */
  readonly #heads = new Map<string, { ver: number; preTraceTxId: string; preTraceHash: string }>();
  readonly #close: () => Promise<void>;

  private constructor(network: TestNetwork, masters: readonly TestMaster[], close: () => Promise<void>) {
    this.network = network;
    this.chain = new TestChain(network);
    this.trust = readTrust(trustFile(network), nodeVerifier);
    this.trustPath = network.folder('trust.json');
    writeFileSync(this.trustPath, trustFile(network));
    this.#masters = masters;
    this.#close = close;
    this.honest = Object.fromEntries(masters.map((master) => [master.name, following(network, master)]));
  }

  /** A ledger with these records, a block each, from block 2 on. */
  static async create(domains: readonly string[], records: readonly SceneRecord[]): Promise<LedgerScene> {
    const network = await TestNetwork.create({ domains });
    const scene = new LedgerScene(network, await TestMaster.openAll(network), () => network.remove());
    await scene.#begin(domains, records);
    return scene;
  }

  /** Another ledger of the same organisations, which begins with the same genesis block: no honest quorum has both. */
  async fork(
    folder: string,
    domains: readonly string[],
    records: readonly SceneRecord[],
  ): Promise<LedgerScene> {
    const masters = await TestMaster.openAll(this.network, folder);
    const scene = new LedgerScene(this.network, masters, () => Promise.resolve());
    await scene.#begin(domains, records);
    return scene;
  }

  /** One more record, in a block of its own. */
  async add(record: SceneRecord): Promise<void> {
    this.#capture(record);
    await this.#follow();
  }

  async #begin(domains: readonly string[], records: readonly SceneRecord[]): Promise<void> {
    this.chain.add(domains.map((domain) => definition(this.network, domain)));
    for (const record of records) this.#capture(record);
    await this.#follow();
  }

  #capture(record: SceneRecord): void {
    const keyOf = (id: string) => `${record.domain} ${id}`;
    const traces = record.traces.map((trace) => ({ ver: 1, ...this.#heads.get(keyOf(trace.id)), ...trace }));
    const { envelope, txId } = capture(this.network, { ...record, traces });
    const preTraceHash = toHex(this.chain.add([envelope]).headerHash);
    for (const { id, ver } of traces)
      this.#heads.set(keyOf(id), { ver: ver + 1, preTraceTxId: txId, preTraceHash });
  }

  async #follow(): Promise<void> {
    for (const master of this.#masters) await master.follow(this.chain);
  }

  /** New connections of the first organisation's client. */
  connections({ contract = {}, nodes = {} }: SceneOptions = {}): Connections {
    const { height } = this.chain;
    const { headerHash } = this.chain.block(height - 1n);
    const answers = Object.entries({ ...this.honest, ...nodes }).map(
      ([name, one]) => [name, one ?? {}] as const,
    );
    return fakeConnections({
      consortium: addressed(this.network),
      peer: peerWithLedger(() => ({ height, headerHash }), contract),
      nodes: Object.fromEntries(answers),
    });
  }

  async close(): Promise<void> {
    for (const master of this.#masters) await master.close();
    await this.#close();
  }
}

/** What an honest master answers whose peer has told it where the ledger ends. */
function following(network: TestNetwork, master: TestMaster): MasterAnswers {
  const honest = honestAnswers(network, master);
  return {
    ...honest,
    status: async (request) => ({
      ...(await honest.status?.(request)),
      state: 'following',
      reason: '',
      ledgerHeight: master.feed.height,
    }),
  };
}
