import { create, toBinary } from '@bufbuild/protobuf';
import { utf8 } from '@cotrace/core';
import { common } from '@cotrace/fabric-model';
import type { Network, ProposalOptions } from '@hyperledger/fabric-gateway';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { gatewayPeer } from './gateway-peer.js';

const NOW = 1_700_000_000_000;

/** A channel of the SDK that writes down what it is asked. */
function recorded() {
  const asked: unknown[] = [];
  const result = toBinary(
    common.BlockchainInfoSchema,
    create(common.BlockchainInfoSchema, { height: 9n, currentBlockHash: Uint8Array.of(1) }),
  );
  const transaction = {
    getTransactionId: () => 'tx',
    getResult: () => utf8('done'),
    submit: () => Promise.resolve('submitted'),
  };
  const contractOf = (chaincode: string) => ({
    newProposal: (name: string, options: ProposalOptions) => ({
      evaluate: (call?: object) => {
        asked.push([chaincode, name, options, call]);
        return Promise.resolve(result);
      },
      endorse: () => {
        asked.push([chaincode, name, options]);
        return Promise.resolve(transaction);
      },
    }),
    submit: (name: string, options: ProposalOptions) => {
      asked.push([chaincode, name, options]);
      return Promise.resolve(utf8('done'));
    },
  });
  const network = { getName: () => 'main', getContract: contractOf };
  return { asked, peer: gatewayPeer(network as unknown as Network) };
}

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});

afterEach(() => {
  jest.useRealTimers();
});

describe('a peer behind the SDK', () => {
  it('says where its ledger ends, in the time that it is given', async () => {
    const { asked, peer } = recorded();
    expect(await peer.ledgerEnd(1500)).toEqual({ height: 9n, headerHash: Uint8Array.of(1) });
    expect(asked).toEqual([['qscc', 'GetChainInfo', { arguments: ['main'] }, { deadline: NOW + 1500 }]]);
  });

  it('asks the organisations that are named, and leaves them to the gateway otherwise', async () => {
    const { asked, peer } = recorded();
    const goods = peer.contract('goods');
    await goods.evaluate({ name: 'read', args: ['a'] });
    await goods.evaluate({ name: 'read', args: ['a'], organisations: ['Org1MSP'] }, 200);
    await goods.submit({ name: 'define', args: ['b'] });
    expect(asked).toEqual([
      ['goods', 'read', { arguments: ['a'] }, undefined],
      ['goods', 'read', { arguments: ['a'], endorsingOrganizations: ['Org1MSP'] }, { deadline: NOW + 200 }],
      ['goods', 'define', { arguments: ['b'] }],
    ]);
  });

  it('endorses what can be submitted', async () => {
    const { asked, peer } = recorded();
    const endorsed = await peer
      .contract('goods')
      .endorse({ name: 'capture', args: [], organisations: ['Org2MSP'] });
    expect([endorsed.txId, endorsed.result]).toEqual(['tx', utf8('done')]);
    expect(await endorsed.submit()).toBe('submitted');
    expect(asked).toEqual([['goods', 'capture', { arguments: [], endorsingOrganizations: ['Org2MSP'] }]]);
  });
});
