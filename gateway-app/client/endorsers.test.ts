import type { RefusalBody } from '@cotrace/chaincode';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { ConsortiumOrganisation } from '../consortium/consortium.js';
import { Endorsers } from './endorsers.js';
import { Faults } from './faults.js';
import type { DomainContract } from './wire.js';

const organisations = ['org1', 'org2', 'org3'].map(organisation);

function organisation(name: string): ConsortiumOrganisation {
  return { name, mspId: mspOf(name), peer: { address: `${name}:7051`, serverName: null }, tlsRoots: '' };
}

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

afterEach(() => {
  jest.useRealTimers();
});

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

  it('are no more than a majority, the client’s own first', () => {
    const five = ['org1', 'org2', 'org3', 'org4', 'org5'].map(organisation);
    const endorsers = new Endorsers(five, new Faults());
    endorsers.failed(failed(['org2'], 'connection refused'));
    expect(endorsers.choose()).toEqual(['org1MSP', 'org3MSP', 'org4MSP']);
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

  it('are asked again after half a minute', async () => {
    jest.useFakeTimers();
    const endorsers = new Endorsers(organisations, new Faults());
    endorsers.failed(failed(['org1'], 'connection refused'));
    await jest.advanceTimersByTimeAsync(29_999);
    expect(endorsers.leftOut()).toEqual(['org1']);
    await jest.advanceTimersByTimeAsync(1);
    expect([endorsers.leftOut(), endorsers.choose()]).toEqual([[], null]);
  });

  it('are tried with ever more patience, and told apart by it', async () => {
    const patiences: number[] = [];
    const faults = new Faults();
    const contract = contractWithout(['org1'], ['org2', 'org3'], 4000);
    const evaluate: DomainContract['evaluate'] = (call, patience = 0) => {
      if (call.organisations?.[0] === 'org1MSP') patiences.push(patience);
      return contract.evaluate(call, patience);
    };
    await new Endorsers(organisations, faults).tryAll({ ...contract, evaluate });
    expect(patiences).toEqual([500, 1000, 2000, 4000]);
    expect(faults.list()[0]?.message).toContain('did not answer a query within 4 s');
  });

  it('are tried once for all that ask meanwhile', async () => {
    let asked = 0;
    const contract = contractWithout(['org2']);
    const evaluate: DomainContract['evaluate'] = (call, patience) => {
      asked += 1;
      return contract.evaluate(call, patience);
    };
    const endorsers = new Endorsers(organisations, new Faults());
    await Promise.all([
      endorsers.tryAll({ ...contract, evaluate }),
      endorsers.tryAll({ ...contract, evaluate }),
    ]);
    expect(asked).toBe(3);
    await endorsers.tryAll({ ...contract, evaluate });
    expect(asked).toBe(6);
  });

  it('answer where their chaincode gives a record, too', async () => {
    const endorsers = new Endorsers(organisations, new Faults());
    const contract = contractWithout(['org2']);
    const evaluate: DomainContract['evaluate'] = (call, patience) =>
      call.organisations?.[0] === 'org2MSP'
        ? contract.evaluate(call, patience)
        : Promise.resolve(new Uint8Array());
    await endorsers.tryAll({ ...contract, evaluate });
    expect(endorsers.leftOut()).toEqual(['org2']);
  });

  it('are those of the consortium alone, whoever else answers', () => {
    const faults = new Faults();
    const endorsers = new Endorsers(organisations, faults);
    endorsers.failed(failed(['stranger'], 'connection refused'));
    expect([endorsers.choose(), faults.list()]).toEqual([null, []]);
  });

  it('have the beginning of a long answer kept', () => {
    const faults = new Faults();
    new Endorsers(organisations, faults).failed(failed(['org1'], `why: ${'x'.repeat(1000)}`));
    expect(faults.list()[0]?.message).toBe(
      `its peer or chaincode service does not endorse: why: ${'x'.repeat(395)}`,
    );
  });

  it('do not hide an error of our own', async () => {
    const bug = new TypeError('oops');
    const contract = { ...contractWithout([]), evaluate: () => Promise.reject(bug) };
    await expect(new Endorsers(organisations, new Faults()).tryAll(contract)).rejects.toBe(bug);
  });
});
