// A master's ledger in a process to be killed: it takes in the blocks that it has not yet, with a snapshot after each, and
// says of every block what it attested. Argument: the path of its task.
import { readFileSync } from 'node:fs';
import { fromBase64url, fromHex, sha256, toHex } from '@cotrace/core';
import { loadIdentity, nodeVerifier } from '@cotrace/network';
import { Chain } from '../fabric/chain.js';
import { Attestor } from '../master/attestor.js';
import { MasterLedger } from '../master/master-ledger.js';
import { MasterStore } from '../master/master-store.js';
import { readBlock } from '../master/read-block.js';
import { SilentLog } from './silent-log.js';
import { TEST_OWNER } from './test-owner.js';

/** What the process is to do. */
export interface LedgerTask {
  readonly mspDir: string;
  readonly mspId: string;
  readonly storeDir: string;
  readonly networkId: string;
  readonly genesisHeaderHash: string;
  readonly checkingHeight: number;
  readonly threads: number;
  /** In base64url. */
  readonly blocks: readonly string[];
}

const MAX_BLOCK = 1 << 24;
const task = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as LedgerTask;
const attestor = new Attestor(loadIdentity(task.mspDir, task.mspId));

for (let told = 0n; told < task.blocks.length;) {
  const store = await MasterStore.open(task.storeDir, { ...TEST_OWNER, kind: 'master' });
  const ledger = await MasterLedger.open({
    store,
    attestor,
    terms: { networkId: fromHex(task.networkId, 32) },
    checkingHeight: task.checkingHeight,
    trie: { threads: task.threads, bytes: 64 << 20, saveAfter: 1000 },
    log: new SilentLog(),
  });
  const chain = new Chain(fromHex(task.genesisHeaderHash, 32), nodeVerifier, store.checkpoint());
  const next = task.blocks[Number(chain.next)];
  if (next !== undefined) {
    const block = readBlock(chain.check(fromBase64url(next, MAX_BLOCK)));
    await ledger.append(block, new Date());
  }
  for (const last = store.checkpoint()?.number ?? -1n; told <= last; told++) {
    const { body, signature } = store.attestation(told);
    process.stdout.write(`${told} ${toHex(sha256(body))} ${toHex(sha256(signature))}\n`);
  }
  await ledger.close();
  await store.close();
}
