import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8 } from '@cotrace/core';
import {
  common,
  computeTxId,
  defaultDefinition,
  definitionWrites,
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeProposalPayload,
  encodeResponsePayload,
  encodeSignatureHeader,
  encodeTransaction,
  endorsedBytes,
  LIFECYCLE_NAMESPACE,
  proposalHash,
  type ChaincodeDefinition,
} from '@cotrace/fabric-model';
import { genesisBlock } from '../../../config/genesis.js';
import { ensureCrypto } from '../../../identity/ensure.js';
import { loadIdentity, type SigningIdentity } from '../../../identity/signer.js';
import { nodeVerifier } from '../../../identity/verifier.js';
import { parseTopology } from '../../../topology.js';
import { blockSigner } from '../../orderer/block-signer.js';
import { openLedger } from '../ledger.js';
import type { Ledger, SignBlock, Simulator } from '../types.js';

const CHANNEL = 'main';
const NONCE_LENGTH = 24;
const TOPOLOGY = `
organisations:
  - { name: org1, mspId: Org1MSP, domain: org1.example.com }
  - { name: org2, mspId: Org2MSP, domain: org2.example.com }
domains: [goods]
`;

/** What a test transaction is made of; the rest is as a client and the endorsers would have it. */
export interface Invocation {
  readonly chaincode: string;
  /** Read-write set of the simulation. */
  readonly results: Uint8Array;
  readonly client?: SigningIdentity;
  readonly endorsers?: readonly SigningIdentity[];
  readonly nonce?: Uint8Array;
  /** Put in the header in place of the right one. */
  readonly txId?: string;
  readonly timestamp?: Date;
  readonly event?: string;
}

/** A channel of two organisations in a temporary folder, with real certificates and a real genesis block. */
export class TestChannel {
  readonly dir: string;
  readonly genesis: Uint8Array;
  readonly peers: readonly SigningIdentity[];
  readonly client: SigningIdentity;
  readonly orderer: SigningIdentity;
  readonly ordererAdmin: SigningIdentity;
  readonly signBlock: SignBlock;

  private constructor(dir: string, genesis: Uint8Array, identities: readonly SigningIdentity[]) {
    const [client, orderer, ordererAdmin, ...peers] = identities;
    if (client === undefined || orderer === undefined || ordererAdmin === undefined)
      throw new Error('identities are missing');
    this.dir = dir;
    this.genesis = genesis;
    this.client = client;
    this.orderer = orderer;
    this.ordererAdmin = ordererAdmin;
    this.peers = peers;
    this.signBlock = blockSigner(orderer);
  }

  /** Makes the channel, or takes up the one that `dir` holds. */
  static async create(dir?: string): Promise<TestChannel> {
    const at = dir ?? (await mkdtemp(join(tmpdir(), 'cotrace-ledger-')));
    const topology = parseTopology(TOPOLOGY);
    const layout = await ensureCrypto(topology, join(at, 'crypto'));
    const [first] = topology.organisations;
    if (first === undefined) throw new Error('the topology is empty');
    const load = (folder: string, mspId: string): SigningIdentity => loadIdentity(join(folder, 'msp'), mspId);
    return new TestChannel(at, genesisBlock(topology, CHANNEL, layout.dir), [
      load(layout.user(first, 'User1'), first.mspId),
      load(layout.orderer(), topology.orderer.mspId),
      load(layout.ordererAdmin(), topology.orderer.mspId),
      ...topology.organisations.map((organisation) => load(layout.peer(organisation), organisation.mspId)),
    ]);
  }

  /** Opens the ledger in a subfolder. */
  open(name = 'ledger'): Promise<Ledger> {
    return openLedger({
      dir: join(this.dir, name),
      channelId: CHANNEL,
      genesisBlock: this.genesis,
      verifier: nodeVerifier,
    });
  }

  /** Envelope of an endorsed transaction. */
  transaction(invocation: Invocation): Uint8Array {
    const { chaincode, results, client = this.client, endorsers = this.peers, event } = invocation;
    const nonce = invocation.nonce ?? new Uint8Array(randomBytes(NONCE_LENGTH));
    const txId = invocation.txId ?? computeTxId(nonce, client.serialized);
    const channelHeader = encodeChannelHeader({
      type: common.HeaderType.ENDORSER_TRANSACTION,
      channelId: CHANNEL,
      txId,
      timestamp: invocation.timestamp ?? new Date(),
      chaincode,
    });
    const signatureHeader = encodeSignatureHeader(client.serialized, nonce);
    const chaincodeProposalPayload = encodeProposalPayload(chaincode, [utf8('run')]);
    const responsePayload = encodeResponsePayload({
      proposalHash: proposalHash(channelHeader, signatureHeader, chaincodeProposalPayload),
      chaincode: { name: chaincode, version: '1' },
      results,
      response: { status: 200, message: '', payload: new Uint8Array() },
      event: event === undefined ? undefined : { name: event, txId, payload: utf8('payload') },
    });
    const endorsements = endorsers.map(({ serialized, sign }) => ({
      endorser: serialized,
      signature: sign(endorsedBytes(responsePayload, serialized)),
    }));
    const data = encodeTransaction({
      signatureHeader,
      chaincodeProposalPayload,
      responsePayload,
      endorsements,
    });
    const payload = encodePayload(channelHeader, signatureHeader, data);
    return encodeEnvelope(payload, client.sign(payload));
  }

  /** Envelope of what `run` does in a simulation on the ledger as it is now. */
  async simulate(
    ledger: Ledger,
    run: (simulator: Simulator) => void | Promise<void>,
    options: Partial<Invocation> = {},
  ): Promise<Uint8Array> {
    const chaincode = options.chaincode ?? 'goods';
    const simulator = ledger.simulator('test');
    try {
      await run(simulator);
      return this.transaction({ chaincode, ...options, results: simulator.results() });
    } finally {
      await simulator.close();
    }
  }

  /** Commits the definition of a chaincode as a block of its own. */
  async define(ledger: Ledger, name = 'goods', fields: Partial<ChaincodeDefinition> = {}): Promise<void> {
    const definition = defaultDefinition({ name, version: '1', sequence: 1n, ...fields });
    const envelope = await this.simulate(
      ledger,
      (simulator) => {
        for (const { key, value } of definitionWrites(definition)) {
          simulator.put(LIFECYCLE_NAMESPACE, key, value);
        }
      },
      { chaincode: LIFECYCLE_NAMESPACE },
    );
    await ledger.commit([envelope], this.signBlock);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
