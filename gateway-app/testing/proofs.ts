import { fromHex } from '@cotrace/core';
import { ChannelConfig } from '@cotrace/fabric-model';
import {
  type Direction,
  Lineage,
  type ProofTransaction,
  type RecordsProof,
  type Trust,
  viewTransaction,
  writeTrust,
} from '@cotrace/verifier';
import { walkTrace } from '../master/trace-walk.js';
import type { TestMaster } from './test-master.js';
import type { TestNetwork } from './test-network.js';

/** The trust file of a test network. */
export function trustFile(network: TestNetwork): string {
  const { channels, checkingHeight: c } = network.consortium;
  return writeTrust(
    {
      mainName: channels.main.name,
      mainGenesisHeaderHash: fromHex(channels.main.genesisHeaderHash, 32),
      checkingName: channels.checking.name,
      checkingGenesisHeaderHash: fromHex(channels.checking.genesisHeaderHash, 32),
      c,
    },
    ChannelConfig.fromBlock(network.genesis),
  );
}

/** The same trust, with another quorum. */
export function withQuorum(trust: Trust, quorum: number): Trust {
  return { ...trust, membership: { ...trust.membership, quorum } };
}

/** A records proof as an honest client collects it from masters that have followed the chain. */
export async function recordsProof(
  masters: readonly TestMaster[],
  traceId: string,
  direction: Direction,
): Promise<RecordsProof> {
  const [master] = masters;
  if (master === undefined) throw new RangeError('there is no master to ask');
  const lineage = new Lineage(traceId, direction);
  const found = new Map<string, ProofTransaction>();
  for (let id = lineage.next(); id !== null; id = lineage.next()) {
    const records = [];
    for (const domain of await master.store.tracedDomains()) {
      for await (const one of walkTrace(master.store, domain, id, () => Promise.resolve(null))) {
        const { blockNum: block, txNum, envelope, inclusionProof } = one;
        const written = viewTransaction(envelope).records;
        if (written.length === 0) continue;
        found.set(`${block}/${txNum}`, { block, txNum, envelope, inclusionProof });
        records.push(...written);
      }
    }
    lineage.visit(id, records);
  }
  const transactions = [...found.values()];
  const blocks = [...new Set(transactions.map(({ block }) => block))];
  return {
    question: { traceId, direction },
    blocks: blocks.map((blockNum) => ({
      block: blockNum,
      attestations: masters.map((one) => one.attestation(blockNum)),
    })),
    transactions,
  };
}
