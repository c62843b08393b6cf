import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { utf8 } from '@cotrace/core';
import {
  common,
  computeTxId,
  computeUpdate,
  decodeEnvelope,
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeSignatureHeader,
  lastConfigIndex,
  ledger as rwsets,
  peer,
  proposeConfiguration,
} from '@cotrace/fabric-model';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SigningIdentity } from '../../identity/signer.js';
import { changeBatch, changedBy, updateEnvelope } from '../../channel-update/index.js';
import { TestChannel, type Invocation } from './testing/test-channel.js';
import type { CommittedBlock, Ledger, Simulator } from './types.js';

const Code = peer.TxValidationCode;
const NONCE = new Uint8Array(24).fill(7);

let channel: TestChannel;
let ledger: Ledger;
let folder = 0;

beforeAll(async () => {
  channel = await TestChannel.create();
});
beforeEach(async () => {
  ledger = await channel.open(`ledger-${++folder}`);
  await channel.define(ledger);
});
afterEach(() => ledger.close());
afterAll(() => channel.remove());

type Run = (simulator: Simulator) => void | Promise<void>;

const simulate = (run: Run, options?: Partial<Invocation>) => channel.simulate(ledger, run, options);
const put = (key: string, value = '1', options?: Partial<Invocation>) =>
  simulate((s) => s.put('goods', key, utf8(value)), options);

async function commit(...envelopes: Uint8Array[]): Promise<string[]> {
  const { transactions } = await ledger.commit(envelopes, channel.signBlock);
  return transactions.map(({ code }) => Code[code]);
}

/** Reads a range to its end. */
async function readAll(simulator: Simulator, start: string, end: string): Promise<string[]> {
  const cursor = simulator.range('goods', start, end);
  const keys: string[] = [];
  for (let entry = await cursor.next(); entry !== null; entry = await cursor.next()) keys.push(entry.key);
  return keys;
}

function peerOf(index: number): SigningIdentity {
  const found = channel.peers[index];
  if (found === undefined) throw new Error(`no peer ${index}`);
  return found;
}

describe('validation of ids', () => {
  it('marks an id that the ledger has, even that of an invalid transaction', async () => {
    expect(await commit(await put('a', '1', { nonce: NONCE, endorsers: [] }))).toEqual([
      'ENDORSEMENT_POLICY_FAILURE',
    ]);
    expect(await commit(await put('a', '1', { nonce: NONCE }))).toEqual(['DUPLICATE_TXID']);
    const txId = computeTxId(NONCE, channel.client.serialized);
    expect(ledger.transaction(txId)).toEqual({
      blockNum: 2n,
      txNum: 0,
      code: Code.ENDORSEMENT_POLICY_FAILURE,
    });
  });

  it('keeps the first of one id in a block, unless it is invalid for its form or endorsements', async () => {
    const good = await put('a', '1', { nonce: NONCE });
    expect(await commit(good, await put('a', '2', { nonce: NONCE }))).toEqual(['VALID', 'DUPLICATE_TXID']);
    const other = new Uint8Array(24).fill(8);
    const bad = await put('b', '1', { nonce: other, endorsers: [] });
    expect(await commit(bad, await put('b', '2', { nonce: other }))).toEqual([
      'ENDORSEMENT_POLICY_FAILURE',
      'VALID',
    ]);
  });

  it('indexes an id that an invalid transaction made up, and so refuses the one it belongs to', async () => {
    const txId = computeTxId(NONCE, channel.client.serialized);
    expect(await commit(await put('a', '1', { txId }))).toEqual(['BAD_PROPOSAL_TXID']);
    expect(await commit(await put('a', '1', { nonce: NONCE }))).toEqual(['DUPLICATE_TXID']);
  });

  it('finds the duplicate before the missing endorsements, and the bad signature before the duplicate', async () => {
    await commit(await put('a', '1', { nonce: NONCE }));
    const unendorsed = await put('a', '1', { nonce: NONCE, endorsers: [] });
    const { payload } = decodeEnvelope(await put('a', '1', { nonce: NONCE }));
    const forged = encodeEnvelope(payload, peerOf(0).sign(payload));
    expect(await commit(unendorsed, forged)).toEqual(['DUPLICATE_TXID', 'BAD_CREATOR_SIGNATURE']);
  });
});

describe('validation of endorsements', () => {
  it('wants a majority of organisations, and each namespace written to be defined', async () => {
    const [one] = channel.peers;
    if (one === undefined) throw new Error('no peer');
    const elsewhere = await simulate((s) => {
      s.put('goods', 'a', utf8('1'));
      s.put('nowhere', 'a', utf8('1'));
    });
    expect(
      await commit(
        await put('a', '1', { endorsers: [one] }),
        await put('a', '1', { endorsers: [one, one] }),
        await put('a', '1', { endorsers: [one, channel.client] }),
        elsewhere,
        await put('a'),
      ),
    ).toEqual([
      'ENDORSEMENT_POLICY_FAILURE',
      'ENDORSEMENT_POLICY_FAILURE',
      'ENDORSEMENT_POLICY_FAILURE',
      'INVALID_CHAINCODE',
      'VALID',
    ]);
  });

  it('invalidates a simulation that ran under an older definition', async () => {
    const run: Run = (s) => {
      s.get('_lifecycle', 'namespaces/fields/goods/Sequence');
      s.put('goods', 'a', utf8('1'));
    };
    const early = await simulate(run);
    await channel.define(ledger, 'goods', { sequence: 2n });
    expect(await commit(early, await simulate(run))).toEqual(['MVCC_READ_CONFLICT', 'VALID']);
  });

  it("lets a key's own policy replace that of the chaincode, from the block after", async () => {
    const only = (mspIdentifier: string) =>
      toBinary(
        common.SignaturePolicyEnvelopeSchema,
        create(common.SignaturePolicyEnvelopeSchema, {
          rule: { type: { case: 'signedBy', value: 0 } },
          identities: [
            {
              principalClassification: common.MSPPrincipal_Classification.ROLE,
              principal: toBinary(
                common.MSPRoleSchema,
                create(common.MSPRoleSchema, { mspIdentifier, role: common.MSPRole_MSPRoleType.PEER }),
              ),
            },
          ],
        }),
      );
    const policy = new Map([['VALIDATION_PARAMETER', only('Org2MSP')]]);
    const setPolicy = await simulate((s) => {
      s.put('goods', 'k', utf8('1'));
      s.putMetadata('goods', 'k', policy);
    });
    expect(await commit(setPolicy, await put('k', '2'))).toEqual(['VALID', 'ENDORSEMENT_POLICY_FAILURE']);
    expect(
      await commit(
        await put('k', '3', { endorsers: [peerOf(0)] }),
        await put('k', '4', { endorsers: [peerOf(1)] }),
      ),
    ).toEqual(['ENDORSEMENT_POLICY_FAILURE', 'VALID']);
  });
});

describe('validation of private data', () => {
  const keyHash = new Uint8Array(32).fill(1);

  /** A transaction on the collection of Org1 alone. */
  function privately(
    hashes: MessageInitShape<typeof rwsets.HashedRWSetSchema>,
    invocation?: Partial<Invocation>,
  ) {
    const hashedRwset = toBinary(rwsets.HashedRWSetSchema, create(rwsets.HashedRWSetSchema, hashes));
    const set = create(rwsets.TxReadWriteSetSchema, {
      nsRwset: [
        {
          namespace: 'goods',
          collectionHashedRwset: [{ collectionName: '_implicit_org_Org1MSP', hashedRwset }],
        },
      ],
    });
    const results = toBinary(rwsets.TxReadWriteSetSchema, set);
    return channel.transaction({ chaincode: 'goods', ...invocation, results });
  }

  const write = { hashedWrites: [{ keyHash, valueHash: new Uint8Array(32).fill(2) }] };
  const readAt = (blockNum: bigint) => ({ hashedReads: [{ keyHash, version: { blockNum, txNum: 0n } }] });

  it("wants the endorsement of the collection's organisation", async () => {
    expect(await commit(privately(write, { endorsers: [peerOf(1)] }))).toEqual([
      'ENDORSEMENT_POLICY_FAILURE',
    ]);
    expect(await commit(privately(write, { endorsers: [peerOf(0)] }))).toEqual(['VALID']);
  });

  it('keeps versions of hashes, over restarts, and compares reads with them', async () => {
    expect(await commit(privately({ hashedReads: [{ keyHash }], ...write }))).toEqual(['VALID']);
    await ledger.close();
    ledger = await channel.open(`ledger-${folder}`);
    expect(
      await commit(
        privately({ hashedReads: [{ keyHash }] }),
        privately(readAt(2n)),
        privately(write),
        privately(readAt(2n)),
      ),
    ).toEqual(['MVCC_READ_CONFLICT', 'VALID', 'VALID', 'MVCC_READ_CONFLICT']);
    expect(await commit(privately({ hashedWrites: [{ keyHash, isDelete: true }] }))).toEqual(['VALID']);
    expect(await commit(privately({ hashedReads: [{ keyHash }] }))).toEqual(['VALID']);
  });

  it('stamps the version of a hash anew with its metadata', async () => {
    const metadataWrites = [{ keyHash, entries: [{ name: 'note', value: utf8('x') }] }];
    expect(await commit(privately({ metadataWrites }))).toEqual(['VALID']);
    expect(await commit(privately({ hashedReads: [{ keyHash }], ...write }))).toEqual(['VALID']);
    expect(await commit(privately({ metadataWrites }))).toEqual(['VALID']);
    expect(await commit(privately(readAt(3n)), privately(readAt(4n)))).toEqual([
      'MVCC_READ_CONFLICT',
      'VALID',
    ]);
  });
});

describe('validation of reads', () => {
  const increment: Run = (s) => {
    const before = s.get('goods', 'counter');
    s.put('goods', 'counter', Uint8Array.of((before?.[0] ?? 0) + 1));
  };

  it('lets one of several transactions win that read and write one key', async () => {
    const contenders = await Promise.all([1, 2, 3].map(() => simulate(increment)));
    expect(await commit(...contenders)).toEqual(['VALID', 'MVCC_READ_CONFLICT', 'MVCC_READ_CONFLICT']);
    const [late] = await Promise.all([simulate(increment), commit(await simulate(increment))]);
    expect(await commit(late)).toEqual(['MVCC_READ_CONFLICT']);
  });

  it('lets writes without reads follow each other, the last one counting', async () => {
    expect(await commit(await put('a', '1'), await put('a', '2'), await put('a', '3'))).toEqual([
      'VALID',
      'VALID',
      'VALID',
    ]);
    const simulator = ledger.simulator('');
    expect(simulator.get('goods', 'a')).toEqual(utf8('3'));
    await simulator.close();
  });

  it('does not count an invalid transaction as a write', async () => {
    const unendorsed = await put('counter', '9', { endorsers: [] });
    expect(await commit(unendorsed, await simulate(increment))).toEqual([
      'ENDORSEMENT_POLICY_FAILURE',
      'VALID',
    ]);
  });

  it('finds phantoms: keys added, removed or changed in a range that was read', async () => {
    await commit(await put('b'), await put('d'));
    const scan = () =>
      simulate(async (s) => {
        await readAll(s, 'a', 'e');
        s.put('goods', 'sum', utf8('1'));
      });
    const changes: Run[] = [
      (s) => s.put('goods', 'c', utf8('new')),
      (s) => s.del('goods', 'b'),
      (s) => s.put('goods', 'd', utf8('changed')),
    ];
    for (const change of changes) {
      const [before, inBlock] = [await scan(), await scan()];
      expect(await commit(await simulate(change), inBlock)).toEqual(['VALID', 'PHANTOM_READ_CONFLICT']);
      expect(await commit(before)).toEqual(['PHANTOM_READ_CONFLICT']);
    }
    const outside = await scan();
    expect(await commit(await put('e'), outside)).toEqual(['VALID', 'VALID']);
  });

  it('protects a range only as far as it was read', async () => {
    await commit(await put('a'), await put('b'), await put('c'));
    const readOne = () =>
      simulate(async (s) => {
        await s.range('goods', '', '').next();
        s.put('goods', 'z', utf8('1'));
      });
    const [one, two] = [await readOne(), await readOne()];
    expect(await commit(await put('b', '2'), one)).toEqual(['VALID', 'VALID']);
    expect(await commit(await put('a', '2'), two)).toEqual(['VALID', 'PHANTOM_READ_CONFLICT']);
  });

  it.each([50, 51, 52, 102, 103, 2601, 2602, 5300])(
    'validates a range of %i keys',
    async (size) => {
      const keys = Array.from({ length: size }, (_, i) => `r${String(i).padStart(5, '0')}`);
      await commit(await simulate((s) => keys.forEach((key) => s.put('goods', key, utf8(key)))));
      const scan = () =>
        simulate(async (s) => {
          expect(await readAll(s, 'r', 's')).toEqual(keys);
          s.put('goods', 'done', utf8('1'));
        });
      const [one, two] = [await scan(), await scan()];
      expect(await commit(one)).toEqual(['VALID']);
      expect(await commit(await simulate((s) => s.del('goods', keys[size >> 1] ?? '')), two)).toEqual([
        'VALID',
        'PHANTOM_READ_CONFLICT',
      ]);
    },
    30_000,
  );
});

describe('validation of metadata', () => {
  const entries = new Map([['note', utf8('hello')]]);
  const read = async (key: string) => {
    const simulator = ledger.simulator('');
    const [value, metadata] = [simulator.get('goods', key), simulator.getMetadata('goods', key)];
    await simulator.close();
    return { value, metadata };
  };

  it('keeps metadata over writes of the value, and values over writes of metadata', async () => {
    await commit(
      await simulate((s) => {
        s.put('goods', 'a', utf8('1'));
        s.putMetadata('goods', 'a', entries);
      }),
    );
    await commit(await put('a', '2'));
    expect(await read('a')).toEqual({ value: utf8('2'), metadata: entries });
    await commit(await simulate((s) => s.putMetadata('goods', 'a', new Map())));
    expect(await read('a')).toEqual({ value: utf8('2'), metadata: new Map() });
  });

  it('stamps the version anew, and does nothing to a key that is not there', async () => {
    await commit(await put('a', '1'));
    const before = await simulate((s) => {
      s.get('goods', 'a');
      s.put('goods', 'b', utf8('1'));
    });
    const onAbsent = await simulate((s) => s.putMetadata('goods', 'ghost', entries));
    const onLive = await simulate((s) => s.putMetadata('goods', 'a', entries));
    expect(await commit(onAbsent, onLive, before)).toEqual(['VALID', 'VALID', 'MVCC_READ_CONFLICT']);
    expect(await read('ghost')).toEqual({ value: null, metadata: new Map() });
  });

  it('drops metadata with its key', async () => {
    await commit(
      await simulate((s) => {
        s.put('goods', 'a', utf8('1'));
        s.putMetadata('goods', 'a', entries);
      }),
    );
    await commit(await simulate((s) => s.del('goods', 'a')), await put('a', '2'));
    expect(await read('a')).toEqual({ value: utf8('2'), metadata: new Map() });
  });
});

describe('configuration transactions', () => {
  /** A configuration with other batches, agreed to by the orderers' administrator, as an envelope of `signer`; `change` spoils it. */
  function configTransaction(
    signer: SigningIdentity,
    change: (config: common.Config) => void = () => undefined,
  ): Uint8Array {
    const { group } = ledger.config;
    const { maxMessageCount } = ledger.config.orderer.batchSize;
    const changed = changedBy(group, changeBatch({ maxMessageCount: maxMessageCount + 1 }));
    const update = updateEnvelope('main', computeUpdate('main', group, changed), [channel.ordererAdmin]);
    const message = proposeConfiguration(ledger.config, ledger.manager, update);
    if (message.config === undefined) throw new Error('no configuration');
    change(message.config);
    const header = encodeChannelHeader({ type: common.HeaderType.CONFIG, channelId: 'main' });
    const signatureHeader = encodeSignatureHeader(signer.serialized, NONCE);
    const payload = encodePayload(header, signatureHeader, toBinary(common.ConfigEnvelopeSchema, message));
    return encodeEnvelope(payload, signer.sign(payload));
  }

  const lastConfigOf = ({ block }: CommittedBlock) => lastConfigIndex(block);

  it('takes the next configuration from the ordering service, and it alone in its block', async () => {
    const next = configTransaction(channel.orderer);
    expect(await commit(next, await put('a'))).toEqual(['INVALID_CONFIG_TRANSACTION', 'VALID']);
    const block = await ledger.commit([next], channel.signBlock);
    expect(block.transactions).toMatchObject([{ code: Code.VALID, type: common.HeaderType.CONFIG }]);
    expect(ledger.config.sequence).toBe(1n);
    expect(lastConfigOf(block)).toBe(3n);
    expect(lastConfigOf(await ledger.commit([await put('a')], channel.signBlock))).toBe(3n);
    await ledger.close();
    ledger = await channel.open(`ledger-${folder}`);
    expect(ledger.config.sequence).toBe(1n);
  });

  it('refuses configurations of clients and peers, those out of sequence, and those that their update does not make', async () => {
    for (const envelope of [
      configTransaction(channel.client),
      configTransaction(peerOf(0)),
      configTransaction(channel.orderer, (config) => (config.sequence = 0n)),
      configTransaction(channel.orderer, (config) => (config.sequence = 2n)),
      configTransaction(channel.orderer, ({ channelGroup }) =>
        Object.assign(channelGroup ?? {}, { version: 9n }),
      ),
    ]) {
      const block = await ledger.commit([envelope], channel.signBlock);
      expect(block.transactions).toMatchObject([{ code: Code.INVALID_CONFIG_TRANSACTION }]);
      expect(lastConfigOf(block)).toBe(0n);
    }
    expect(ledger.config.sequence).toBe(0n);
  });
});
