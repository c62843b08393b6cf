import { describe, expect, it } from '@jest/globals';
import { encodeTransactionLeaf, sha256, utf8 } from '@cotrace/core';
import {
  common,
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeSignatureHeader,
} from '@cotrace/fabric-model';
import { transactionFacts } from './transaction-facts.js';

const ID = '0123456789abcdef'.repeat(4);

/** The envelope of a transaction that invokes `goods` and changes nothing. */
function envelopeOf(txId: string): Uint8Array {
  const channelHeader = encodeChannelHeader({
    type: common.HeaderType.ENDORSER_TRANSACTION,
    channelId: 'main',
    txId,
    timestamp: new Date(0),
    chaincode: 'goods',
  });
  const signatureHeader = encodeSignatureHeader(utf8('client'), utf8('nonce'));
  return encodeEnvelope(encodePayload(channelHeader, signatureHeader, new Uint8Array()), utf8('signature'));
}

/** Facts of a transaction, and what they must be beside its id and domains. */
function factsOf(envelope: Uint8Array) {
  const [txNum, code] = [3, 10];
  const facts = transactionFacts(envelope, txNum, code);
  const leaf = encodeTransactionLeaf({ txNum, code, txId: facts.txId, envelopeHash: sha256(envelope) });
  return { facts, rest: { txNum, code, leaf } };
}

describe('the facts of a transaction', () => {
  it('are its number, code, id and domains, and its leaf in the transaction tree', () => {
    const { facts, rest } = factsOf(envelopeOf(ID));
    expect(facts).toEqual({ txId: ID, domains: ['goods'], ...rest });
  });

  it.each([
    ['bytes that are not an envelope', utf8('no envelope'), []],
    ['an envelope without a payload', encodeEnvelope(new Uint8Array(), utf8('signature')), []],
    ['an id that is too short', envelopeOf(ID.slice(1)), ['goods']],
    ['an id in upper-case digits', envelopeOf(ID.toUpperCase()), ['goods']],
  ])('have no id for %s', (_title, envelope, domains) => {
    const { facts, rest } = factsOf(envelope);
    expect(facts).toEqual({ txId: null, domains, ...rest });
  });
});
