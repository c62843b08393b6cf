import type { RefusalBody } from '@cotrace/chaincode';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { describe, expect, it } from '@jest/globals';
import type { ConsortiumOrganisation } from '../consortium/consortium.js';
import { Endorsers } from './endorsers.js';
import { Faults } from './faults.js';
import type { DomainContract } from './wire.js';

const organisations = ['org1', 'org2', 'org3'].map((name): ConsortiumOrganisation => ({
  name,
  mspId: mspOf(name),
  peer: { address: `${name}:7051`, serverName: null },
  tlsRoots: '',
}));

function mspOf(name: string): string {
  return `${name}MSP`;
}

const refusalText = (code: RefusalBody['code']) => JSON.stringify({ code, message: 'no', detail: {} });

/** The gateway's error when these organisations say something. */
function failed(names: readonly string[], message: string): GatewayError {
  const cause: ServiceError = Object.assign(new Error(message), {
    code: status.ABORTED,
    details: message,
    metadata: new Metadata(),
  });
  const details = names.map((name) => ({ mspId: mspOf(name), address: `${name}:7051`, message }));
  return new GatewayError({ code: status.ABORTED, details, cause });
}

/** A contract whose chaincode answers at all organisations but some, which others join that are slower than `slowness`. */
function contractWithout(
  silent: readonly string[],
  slow: readonly string[] = [],
  slowness = 0,
): DomainContract {
  const unused = () => Promise.reject(new Error('nothing is to be recorded'));
  return {
    evaluate: ({ organisations: [mspId = ''] = [] }, patience = 0) =>
      Promise.reject(
        [...silent, ...(patience < slowness ? slow : [])].map(mspOf).includes(mspId)
          ? failed([], 'deadline exceeded')
          : failed(['org1'], `chaincode response 500, ${refusalText('NOT_FOUND')}`),
      ),
    endorse: unused,
    submit: unused,
  };
}

describe('the organisations that are asked to endorse', () => {
  it('are the gateway’s to choose while nobody fails', () => {
    expect(new Endorsers(organisations, new Faults()).choose()).toBeNull();
  });

  it('are a majority of the others once one cannot, which is named', () => {
    const faults = new Faults();
    const endorsers = new Endorsers(organisations, faults);
    endorsers.failed(failed(['org1'], 'connection refused'));
    expect(endorsers.choose()).toEqual(['org2MSP', 'org3MSP']);
    expect(endorsers.leftOut()).toEqual(['org1']);
    expect(faults.list()).toMatchObject([{ node: 'org1', code: 'NO_ENDORSEMENT' }]);
  });

  it('are the gateway’s to choose where too few are left, or the policy wants others', () => {
    const endorsers = new Endorsers(organisations, new Faults());
    endorsers.failed(failed(['org1'], 'connection refused'));
    endorsers.leaveToGateway();
    expect(endorsers.choose()).toBeNull();
    const few = new Endorsers(organisations, new Faults());
    few.failed(failed(['org1', 'org2'], 'connection refused'));
    expect(few.choose()).toBeNull();
  });

  it('are none the fewer for a refusal of the contract', () => {
    const endorsers = new Endorsers(organisations, new Faults());
    endorsers.failed(failed(['org1'], refusalText('STALE')));
    expect(endorsers.leftOut()).toEqual([]);
  });

  it('are found by a query to each where one is silent', async () => {
    const endorsers = new Endorsers(organisations, new Faults());
    await endorsers.tryAll(contractWithout(['org2']));
    expect(endorsers.choose()).toEqual(['org1MSP', 'org3MSP']);
    await endorsers.tryAll(contractWithout([]));
    expect(endorsers.choose()).toBeNull();
  });

  it('are found though the others are slow at first', async () => {
    const faults = new Faults();
    const endorsers = new Endorsers(organisations, faults);
    await endorsers.tryAll(contractWithout(['org1'], ['org2', 'org3'], 1500));
    expect([endorsers.choose(), faults.list()]).toMatchObject([['org2MSP', 'org3MSP'], [{ node: 'org1' }]]);
  });

  it('are not accused where all are slow', async () => {
    const faults = new Faults();
    const endorsers = new Endorsers(organisations, faults);
    await endorsers.tryAll(contractWithout(['org1', 'org2']));
    expect([endorsers.choose(), faults.list()]).toEqual([null, []]);
  });
});
