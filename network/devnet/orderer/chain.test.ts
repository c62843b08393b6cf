import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { utf8 } from '@cotrace/core';
import { common, computeUpdate, decode, orderer, peer } from '@cotrace/fabric-model';
import { changeBatch, changedBy, updateEnvelope, type Change } from '../../channel-update/index.js';
import { ChannelAccess } from '../channel/access.js';
import { TestChannel } from '../ledger/testing/test-channel.js';
import type { Ledger } from '../ledger/types.js';
import { OrdererChain } from './chain.js';
import { ChannelProcessor } from './processor.js';
import { toBinary } from '@bufbuild/protobuf';

const { Status, HeaderType } = common;
const { CONFIG, ENDORSER_TRANSACTION } = HeaderType;

describe('the chain of an ordering node', () => {
  let channel: TestChannel;
  let ledger: Ledger;
  let processor: ChannelProcessor;
  let chain: OrdererChain;
  let folder = 0;
  const failures: unknown[] = [];

  beforeAll(async () => {
    channel = await TestChannel.create();
  });
  beforeEach(async () => {
    ledger = await channel.open(`ledger-${++folder}`);
    await channel.define(ledger);
    processor = new ChannelProcessor({ ledger, access: new ChannelAccess(ledger) }, channel.orderer, () =>
      Date.now(),
    );
    chain = new OrdererChain(ledger, processor, channel.signBlock, (error) => failures.push(error));
  });
  afterEach(async () => {
    await chain.close();
    await ledger.close();
    expect(failures).toEqual([]);
  });
  afterAll(() => channel.remove());

  const transaction = async (key: string): Promise<common.Envelope> =>
    decode(
      common.EnvelopeSchema,
      await channel.simulate(ledger, (simulator) => simulator.put('goods', key, utf8('1'))),
    );
  const update = (change: Change): common.Envelope => {
    const { group } = ledger.config;
    return updateEnvelope('main', computeUpdate('main', group, changedBy(group, change)), [
      channel.ordererAdmin,
    ]);
  };
  const configuration = (of: common.Envelope): common.Envelope => {
    const made = processor.configure(of);
    if ('refused' in made) throw new Error(made.refused.info);
    return made.envelope;
  };
  const configure = (of: common.Envelope): void => chain.configure(configuration(of), of);
  /** Types of the transactions of every block after the definition's. */
  const blocks = async (): Promise<(number | null)[][]> => {
    await chain.close();
    const all: (number | null)[][] = [];
    for (let number = 2n; number < ledger.height; number++) {
      const block = await ledger.block(number);
      expect(block?.transactions.map(({ code }) => code)).not.toContain(
        peer.TxValidationCode.INVALID_CONFIG_TRANSACTION,
      );
      all.push((block?.transactions ?? []).map(({ type }) => type));
    }
    return all;
  };
  const consensus =
    (state: orderer.ConsensusType_State): Change =>
    (group) => {
      const value = group.groups['Orderer']?.values['ConsensusType'];
      if (value === undefined) throw new Error('no consensus');
      const type = decode(orderer.ConsensusTypeSchema, value.value);
      type.state = state;
      value.value = toBinary(orderer.ConsensusTypeSchema, type);
    };

  it('gives a configuration a block of its own, after what was there and before what comes', async () => {
    chain.order(await transaction('a'));
    const later = await transaction('b');
    configure(update(changeBatch({ maxMessageCount: 9 })));
    chain.order(later);
    expect(await blocks()).toEqual([[ENDORSER_TRANSACTION], [CONFIG], [ENDORSER_TRANSACTION]]);
    expect(ledger.config.orderer.batchSize.maxMessageCount).toBe(9);
  });

  it('drops an update whose configuration another one changed, and makes one again that still fits', async () => {
    const [batch, rival] = [changeBatch({ maxMessageCount: 9 }), changeBatch({ maxMessageCount: 8 })].map(
      update,
    );
    const other = update(changeBatch({}, '1s'));
    if (batch === undefined || rival === undefined) throw new Error('no updates');
    for (const each of [batch, rival, other]) configure(each);
    expect(await blocks()).toEqual([[CONFIG], [CONFIG]]);
    expect(ledger.config.sequence).toBe(2n);
    expect(ledger.config.orderer).toMatchObject({ batchSize: { maxMessageCount: 9 }, batchTimeout: '1s' });
  });

  it('drops a transaction that a configuration on its way refuses', async () => {
    const late = await transaction('a');
    configure(update(consensus(orderer.ConsensusType_State.MAINTENANCE)));
    chain.order(late);
    expect(await blocks()).toEqual([[CONFIG]]);
  });

  it('orders no transactions while a channel is being migrated, and only what orderers say', async () => {
    const waiting = await transaction('a');
    configure(update(consensus(orderer.ConsensusType_State.MAINTENANCE)));
    await chain.close();
    expect(processor.refuse(waiting)).toEqual({
      status: Status.SERVICE_UNAVAILABLE,
      info: 'normal transactions are rejected: maintenance mode',
    });
    const { group } = ledger.config;
    const changed = changedBy(group, changeBatch({ maxMessageCount: 3 }));
    const ofClient = updateEnvelope('main', computeUpdate('main', group, changed), [channel.client]);
    expect(processor.configure(ofClient)).toMatchObject({ refused: { status: Status.FORBIDDEN } });
    configuration(update(consensus(orderer.ConsensusType_State.NORMAL)));
  });

  it('says what it does not emulate', () => {
    const other = update((group) => {
      const value = group.groups['Orderer']?.values['ConsensusType'];
      if (value === undefined) throw new Error('no consensus');
      const type = decode(orderer.ConsensusTypeSchema, value.value);
      const metadata = decode(orderer.RaftConfigMetadataSchema, type.metadata);
      const [first] = metadata.consenters;
      if (first !== undefined) {
        metadata.consenters.push({ ...first, clientTlsCert: utf8('x'), serverTlsCert: utf8('y') });
      }
      type.metadata = toBinary(orderer.RaftConfigMetadataSchema, metadata);
      value.value = toBinary(orderer.ConsensusTypeSchema, type);
    });
    expect(processor.configure(other)).toMatchObject({ refused: { status: Status.NOT_IMPLEMENTED } });
  });
});
