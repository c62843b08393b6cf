import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { EndorseError, GatewayError } from '@hyperledger/fabric-gateway';
import { CotraceError } from '@cotrace/core';
import { describe, expect, it } from '@jest/globals';
import { explain } from './gateway-answers.js';

const PEER = 'the peer of org1 (localhost:7051)';
const serviceError = (code: status, details = 'see attached details'): ServiceError =>
  Object.assign(new Error(details), { code, details, metadata: new Metadata() });
const endorseError = (code: status, details: EndorseError['details'], said?: string) =>
  new EndorseError({ code, details, cause: serviceError(code, said), transactionId: 'ab' });

describe('what is told of a gateway that fails', () => {
  it('is what each organisation answered, and where', () => {
    const error = endorseError(status.ABORTED, [
      { mspId: 'Org1MSP', address: 'peer1:7051', message: 'chaincode is not running' },
      { mspId: 'Org2MSP', address: 'peer2:7051', message: 'connection refused' },
    ]);
    const { answers, advice } = explain(error, PEER);
    expect(answers).toEqual([
      'Org1MSP at peer1:7051: chaincode is not running',
      'Org2MSP at peer2:7051: connection refused',
    ]);
    expect(advice).toMatch(/chaincode services/);
  });

  it('is that anchor peers may be missing where no peers can be found', () => {
    const error = endorseError(status.FAILED_PRECONDITION, [], 'no peer combination can satisfy the policy');
    const { answers, advice } = explain(error, PEER);
    expect(answers).toEqual([`${PEER}: no peer combination can satisfy the policy`]);
    expect(advice).toMatch(/anchor peers/);
  });

  it('is who is silent', () => {
    const late = endorseError(status.DEADLINE_EXCEEDED, []);
    expect(explain(late, PEER).answers[0]).toMatch(/^the peer of org1 .*no answer/);
    const submit = Object.assign(
      new GatewayError({
        code: status.DEADLINE_EXCEEDED,
        details: [],
        cause: serviceError(status.DEADLINE_EXCEEDED),
      }),
      { transactionId: 'ab' },
    );
    expect(explain(submit, PEER)).toMatchObject({
      answers: [expect.stringContaining('ordering service') as unknown],
      advice: expect.stringContaining('ordering service') as unknown,
    });
  });

  it('is cut where it is long', () => {
    const error = endorseError(status.ABORTED, [{ mspId: 'M', address: 'a', message: 'x'.repeat(10_000) }]);
    expect(explain(error, PEER).answers[0]?.length).toBeLessThan(500);
  });

  it('is the code of a node that refuses', () => {
    expect(explain(new CotraceError('UNREACHABLE', 'away'), PEER).answers).toEqual(['[UNREACHABLE] away']);
  });
});
