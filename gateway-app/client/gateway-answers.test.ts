import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { CommitStatusError, EndorseError, GatewayError } from '@hyperledger/fabric-gateway';
import { CotraceError } from '@cotrace/core';
import { describe, expect, it } from '@jest/globals';
import { explain, explained } from './gateway-answers.js';

const PEER = 'the peer of org1 (localhost:7051)';
const serviceError = (code: status, details = 'see attached details'): ServiceError =>
  Object.assign(new Error(details), { code, details, metadata: new Metadata() });
const endorseError = (code: status, details: EndorseError['details'], said?: string) =>
  new EndorseError({ code, details, cause: serviceError(code, said), transactionId: 'ab' });

const gatewayError = (code: status, more: object = {}) =>
  Object.assign(new GatewayError({ code, details: [], cause: serviceError(code) }), more);

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
    const submit = gatewayError(status.DEADLINE_EXCEEDED, { transactionId: 'ab' });
    expect(explain(submit, PEER)).toMatchObject({
      answers: [expect.stringContaining('ordering service') as unknown],
      advice: expect.stringContaining('ordering service') as unknown,
    });
  });

  it('is that it was not committed in time', () => {
    const late = status.DEADLINE_EXCEEDED;
    const commit = new CommitStatusError({
      code: late,
      details: [],
      cause: serviceError(late),
      transactionId: 'ab',
    });
    expect(explain(commit, PEER)).toEqual({
      answers: [`${PEER}: the transaction was not committed in time`],
      advice: 'see that the peer and the ordering service run',
    });
  });

  it('is nothing of anchor peers where something else is missing', () => {
    const policy = endorseError(status.ABORTED, [], 'no');
    expect(explain(policy, PEER).advice).toMatch(/^see that the peers and chaincode services/);
    const submit = gatewayError(status.FAILED_PRECONDITION, { transactionId: 'ab' });
    expect(explain(submit, PEER).advice).toMatch(/^see that the ordering service runs/);
  });

  it('is that the peer is away', () => {
    const { answers, advice } = explain(gatewayError(status.UNAVAILABLE), PEER);
    expect(answers).toEqual([`${PEER}: see attached details`]);
    expect(advice).toBe('see that the peer runs and can be reached');
  });

  it('is the beginning of what is long', () => {
    const message = `why: ${'x'.repeat(10_000)}`;
    const kept = message.slice(0, 400);
    const answered = endorseError(status.ABORTED, [{ mspId: 'M', address: 'a', message }]);
    expect(explain(answered, PEER).answers).toEqual([`M at a: ${kept}`]);
    expect(explain(endorseError(status.ABORTED, [], message), PEER).answers).toEqual([`${PEER}: ${kept}`]);
  });

  it('is the code of a node that refuses, and another error as it is', () => {
    expect(explain(new CotraceError('UNREACHABLE', 'away'), PEER)).toEqual({
      answers: ['[UNREACHABLE] away'],
      advice: 'see `cotrace nodes`',
    });
    expect(explain(new TypeError('oops'), PEER).answers).toEqual(['TypeError: oops']);
  });

  it('becomes an error that has each answer, and what it was about', () => {
    const error = endorseError(status.ABORTED, [
      { mspId: 'Org1MSP', address: 'peer1:7051', message: 'no' },
      { mspId: 'Org2MSP', address: 'peer2:7051', message: 'neither' },
    ]);
    const { code, message, detail, cause } = explained(
      'NOT_CAPTURED',
      'not recorded',
      { error, peer: PEER },
      { domain: 'goods' },
    );
    expect([code, cause]).toEqual(['NOT_CAPTURED', error]);
    expect(message).toMatch(
      /^not recorded: Org1MSP at peer1:7051: no; Org2MSP at peer2:7051: neither; see that the peers/,
    );
    expect(detail).toEqual({
      domain: 'goods',
      answers: ['Org1MSP at peer1:7051: no', 'Org2MSP at peer2:7051: neither'],
    });
  });
});
