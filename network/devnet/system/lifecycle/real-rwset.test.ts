import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toHex } from '@cotrace/core';
import {
  BLOCK_METADATA,
  common,
  dataHash,
  decode,
  decodeEnvelope,
  encodeBlock,
  peer,
  readBlockFile,
} from '@cotrace/fabric-model';
import { nodeVerifier } from '../../../identity/verifier.js';
import type { Channel } from '../../channel/channel.js';
import { openLedger } from '../../ledger/ledger.js';
import type { Ledger } from '../../ledger/types.js';
import type { SystemContext } from '../system-chaincode.js';
import { approve } from './approve.js';
import type { LifecycleFunction } from './call.js';
import { commit } from './commit.js';

const ROOT = resolve(import.meta.dirname, '../../../..');
const DATA = join(resolve(ROOT, process.env['COTRACE_DATA'] ?? '../shared/data'), 'fabric-ledgers');
/** Without the ledgers of real peers (COTRACE_DATA) there is nothing to compare with. */
const describeWithData = existsSync(DATA) ? describe : describe.skip;

const FUNCTIONS = new Map<string, LifecycleFunction>([
  ['ApproveChaincodeDefinitionForMyOrg', approve],
  ['CommitChaincodeDefinition', commit],
]);

/** What a real peer was asked, and what it made of it. */
interface Recorded {
  readonly txId: string;
  readonly mspId: string;
  readonly args: readonly Uint8Array[];
  readonly results: Uint8Array;
}

function recorded(envelope: Uint8Array): Recorded | null {
  const { channelHeader, data } = decodeEnvelope(envelope);
  if (channelHeader.type !== (common.HeaderType.ENDORSER_TRANSACTION as number)) return null;
  const [first] = decode(peer.TransactionSchema, data).actions;
  const { action, chaincodeProposalPayload } = decode(
    peer.ChaincodeActionPayloadSchema,
    first?.payload ?? new Uint8Array(),
  );
  const { input } = decode(peer.ChaincodeProposalPayloadSchema, chaincodeProposalPayload);
  const spec = decode(peer.ChaincodeInvocationSpecSchema, input).chaincodeSpec;
  if (spec?.chaincodeId?.name !== '_lifecycle') return null;
  const payload = action?.proposalResponsePayload ?? new Uint8Array();
  const { extension } = decode(peer.ProposalResponsePayloadSchema, payload);
  const { results } = decode(peer.ChaincodeActionSchema, extension);
  const endorser = action?.endorsements[0]?.endorser ?? new Uint8Array();
  const { mspid } = decode(common.SerializedIdentitySchema, endorser);
  return { txId: channelHeader.txId, mspId: mspid, args: spec.input?.args ?? [], results };
}

describeWithData('lifecycle transactions that real Fabric peers endorsed', () => {
  let dir: string;
  let ledger: Ledger;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cotrace-lifecycle-'));
  });

  afterEach(async () => {
    await ledger.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** Read-write set of the same call here, at the same height. */
  const simulate = async ({ txId, mspId, args }: Recorded): Promise<Uint8Array> => {
    const run = FUNCTIONS.get(Buffer.from(args[0] ?? []).toString());
    if (run === undefined) throw new Error('no such function');
    const simulator = ledger.simulator(txId);
    const channel = { id: ledger.channelId, ledger } as Channel;
    try {
      await run({ context: { mspId } as SystemContext, channel, simulator }, args[1] ?? new Uint8Array());
      const writes = simulator.privateResults();
      // The blocks hold but the hashes of what is approved.
      if (writes !== null) await ledger.keepPrivate(txId, writes);
      return simulator.results();
    } finally {
      await simulator.close();
    }
  };

  it.each([
    ['sample_prod.blockfile', 3, 'SampleOrg', '^marbles'],
    ['sample_bad_ledger.blockfile', 3, 'Org2MSP', '^basic_1.0:'],
  ])('come out byte by byte here: %s', async (file, transactions, mspId, packageId) => {
    const [genesis, ...blocks] = [...readBlockFile(new Uint8Array(readFileSync(join(DATA, file))))];
    if (genesis === undefined) throw new Error('the block file is empty');
    const genesisBlock = encodeBlock({ ...genesis, dataHash: dataHash(genesis.envelopes) });
    ledger = await openLedger({ dir, channelId: 'mychannel', genesisBlock, verifier: nodeVerifier });
    let compared = 0;
    for (const { envelopes, metadata } of blocks) {
      for (const envelope of envelopes) {
        const call = recorded(envelope);
        if (call === null) continue;
        expect(toHex(await simulate(call))).toBe(toHex(call.results));
        compared += 1;
      }
      await ledger.commit(envelopes, () => metadata[BLOCK_METADATA.signatures] ?? new Uint8Array());
    }
    expect(compared).toBe(transactions);
    const [name = ''] = await ledger.definitionNames();
    expect(ledger.approvedPackage(mspId, name)).toMatch(new RegExp(packageId));
  });
});
