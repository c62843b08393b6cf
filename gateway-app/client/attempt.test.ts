import type { RefusalBody } from '@cotrace/chaincode';
import { CotraceError } from '@cotrace/core';
import { peer } from '@cotrace/fabric-model';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { EndorseError, GatewayError } from '@hyperledger/fabric-gateway';
import { afterError, afterInvalid } from './attempt.js';

const { TxValidationCode: Code } = peer;

function serviceError(code: status): ServiceError {
  return Object.assign(new Error('call failed'), { code, details: 'call failed', metadata: new Metadata() });
}

/** The gateway's error when endorsers say `messages`. */
function endorseError(messages: readonly string[], code = status.ABORTED): EndorseError {
  const details = messages.map((message) => ({ address: 'peer:7051', mspId: 'Org1MSP', message }));
  return new EndorseError({ code, details, cause: serviceError(code), transactionId: 'ab' });
}

/** As the gateway hands on what the contract throws. */
const refusalText = (refusal: RefusalBody) => `chaincode response 500, ${JSON.stringify(refusal)}`;
const refusedWith = (code: RefusalBody['code'], detail: RefusalBody['detail'] = {}) =>
  endorseError([refusalText({ code, message: 'no', detail })]);

describe('after a transaction was committed as invalid', () => {
  it.each([
    ['MVCC_READ_CONFLICT', Code.MVCC_READ_CONFLICT],
    ['PHANTOM_READ_CONFLICT', Code.PHANTOM_READ_CONFLICT],
    ['DUPLICATE_TXID', Code.DUPLICATE_TXID],
    ['INVALID_CHAINCODE', Code.INVALID_CHAINCODE],
  ])('the record is tried again: %s', (name, code) => {
    expect(afterInvalid('ab', code)).toMatchObject({
      kind: 'again',
      cause: { code: 'INVALID_TRANSACTION', message: expect.stringContaining(name) as unknown },
    });
  });

  it.each([
    ['ENDORSEMENT_POLICY_FAILURE', Code.ENDORSEMENT_POLICY_FAILURE],
    ['BAD_CREATOR_SIGNATURE', Code.BAD_CREATOR_SIGNATURE],
    ['unknown', 99],
  ])('it fails where a repeat cannot help: %s', (name, code) => {
    expect(() => afterInvalid('ab', code)).toThrow(
      expect.objectContaining({ code: 'INVALID_TRANSACTION', message: expect.stringContaining(name) }),
    );
  });
});

describe('after an attempt failed', () => {
  it('a stale hint is tried again', () => {
    const error = refusedWith('STALE');
    expect(afterError(error)).toEqual({ kind: 'again', cause: error });
  });

  it('an event that is there already is an outcome, with the transaction that recorded it', () => {
    expect(afterError(refusedWith('DUPLICATE', { txId: 'cd', recordId: 'ef' }))).toEqual({
      kind: 'done',
      outcome: { status: 'already recorded', txId: 'cd', recordId: 'ef', block: null },
    });
  });

  it.each(['CONFLICT', 'BAD_RECORD', 'UNKNOWN_STEP', 'TOO_LARGE'] as const)(
    'another refusal of the contract is final: %s',
    (code) => {
      expect(afterError(refusedWith(code, { field: 'x' }))).toEqual({
        kind: 'done',
        outcome: { status: 'refused', refusal: { code, message: 'no', detail: { field: 'x' } } },
      });
    },
  );

  it('a duplicate that does not say of what is a refusal', () => {
    expect(afterError(refusedWith('DUPLICATE', { txId: 'cd' }))).toMatchObject({
      kind: 'done',
      outcome: { status: 'refused', refusal: { code: 'DUPLICATE' } },
    });
  });

  it('a conflict is a refusal, though it names a transaction, too', () => {
    expect(afterError(refusedWith('CONFLICT', { txId: 'cd', recordId: 'ef' }))).toMatchObject({
      kind: 'done',
      outcome: { status: 'refused', refusal: { code: 'CONFLICT' } },
    });
  });

  it('the refusal is found beside what other endorsers say', () => {
    const refusal = refusalText({ code: 'STALE', message: 'moved on', detail: {} });
    const error = endorseError(['connection refused', refusal]);
    expect(afterError(error).kind).toBe('again');
  });

  it.each([
    'UNAVAILABLE',
    'ABORTED',
    'DEADLINE_EXCEEDED',
    'UNKNOWN',
    'FAILED_PRECONDITION',
    'INTERNAL',
  ] as const)('a gateway in trouble is asked again: %s', (name) => {
    const code = status[name];
    const errors = [
      endorseError([], code),
      new GatewayError({ code, details: [], cause: serviceError(code) }),
      endorseError(['timeout expired while executing transaction'], code),
    ];
    for (const error of errors) expect(afterError(error)).toEqual({ kind: 'again', cause: error });
  });

  it.each([
    'INVALID_ARGUMENT',
    'NOT_FOUND',
    'PERMISSION_DENIED',
    'UNIMPLEMENTED',
    'UNAUTHENTICATED',
  ] as const)('a gateway that will not is not asked again: %s', (name) => {
    const error = endorseError([], status[name]);
    expect(() => afterError(error)).toThrow(error);
  });

  it.each(['UNREACHABLE', 'NO_ANSWER', 'TOO_MANY_CALLS'] as const)(
    'a node is asked again after %s',
    (code) => {
      const passing = new CotraceError(code, 'not now');
      expect(afterError(passing)).toEqual({ kind: 'again', cause: passing });
    },
  );

  it('a node that refuses is not asked again', () => {
    const refusing = new CotraceError('NOT_YOUR_ROLE', 'no');
    expect(() => afterError(refusing)).toThrow(refusing);
  });

  it('an error of our own is never hidden', () => {
    const error = new TypeError('oops');
    expect(() => afterError(error)).toThrow(error);
  });
});
