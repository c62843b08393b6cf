import type { RefusalBody } from '@cotrace/chaincode';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { EndorseError, GatewayError } from '@hyperledger/fabric-gateway';

/** The SDK's error, whose own message names nobody, where organisations answer so: messages by name, as `org1`. */
export function notEndorsed(answers: Readonly<Record<string, string>>): EndorseError {
  const said = 'failed to endorse transaction, see attached details for more info';
  const details = Object.entries(answers).map(([name, message]) => ({
    mspId: `${name}MSP`,
    address: `${name}:7051`,
    message,
  }));
  const cause = serviceError(status.ABORTED, said);
  return new EndorseError({ code: status.ABORTED, details, cause, transactionId: 'ab' });
}

/** The SDK's error where the contract refuses a transaction. */
export function refused(code: RefusalBody['code'], detail: RefusalBody['detail'] = {}): EndorseError {
  const refusal: RefusalBody = { code, message: 'no', detail };
  return notEndorsed({ org1: `chaincode response 500, ${JSON.stringify(refusal)}` });
}

/** The SDK's error where nobody listens at a peer. */
export function away(): GatewayError {
  const code = status.UNAVAILABLE;
  const cause = serviceError(code, 'No connection established');
  return new GatewayError({ code, details: [], cause });
}

function serviceError(code: status, details: string): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata: new Metadata() });
}
