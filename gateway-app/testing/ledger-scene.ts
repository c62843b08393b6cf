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

  private constructor(network: TestNetwork, chain: TestChain, masters: readonly TestMaster[]) {
    this.network = network;
    this.chain = chain;
    this.trust = readTrust(trustFile(network), nodeVerifier);
    this.trustPath = network.folder('trust.json');
    writeFileSync(this.trustPath, trustFile(network));
    this.#masters = masters;
    this.honest = Object.fromEntries(masters.map((master) => [master.name, following(network, master)]));
  }

  /** A ledger with these records, a block each, from block 2 on. */
  static async create(domains: readonly string[], records: readonly SceneRecord[]): Promise<LedgerScene> {
    const network = await TestNetwork.create({ domains });
    const chain = new TestChain(network);
    chain.add(domains.map((domain) => definition(network, domain)));
    const heads = new Map<string, { ver: number; preTraceTxId: string; preTraceHash: string }>();
    for (const record of records) {
      const keyOf = (id: string) => `${record.domain} ${id}`;
      const traces = record.traces.map((trace) => ({ ver: 1, ...heads.get(keyOf(trace.id)), ...trace }));
      const { envelope, txId } = capture(network, { ...record, traces });
      const preTraceHash = toHex(chain.add([envelope]).headerHash);
      for (const { id, ver } of traces)
        heads.set(keyOf(id), { ver: ver + 1, preTraceTxId: txId, preTraceHash });
    }
    const masters = await TestMaster.openAll(network);
    for (const master of masters) await master.follow(chain);
    return new LedgerScene(network, chain, masters);
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
    await this.network.remove();
  }
}

/** What an honest master answers whose peer has told it where the ledger ends. */
function following(network: TestNetwork, master: TestMaster): MasterAnswers {
  const honest = honestAnswers(network, master);
  const { height } = master.feed;
  return {
    ...honest,
    status: async (request) => ({
      ...(await honest.status?.(request)),
      state: 'following',
      reason: '',
      ledgerHeight: height,
    }),
  };
}
