import type { gateway } from '@cotrace/fabric-model';
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { serverStream, unary } from '../rpc/calls.js';
import { chaincodeEvents } from './chaincode-events.js';
import { commitStatus } from './commit-status.js';
import type { GatewayContext } from './context.js';
import { endorse } from './endorse.js';
import { evaluate } from './evaluate.js';
import { submit, type GatewayOrderer } from './submit.js';

/** `gateway.Gateway` of one peer. */
export function gatewayService(
  context: GatewayContext,
  orderer: GatewayOrderer,
): UntypedServiceImplementation {
  return {
    Evaluate: unary((request: gateway.EvaluateRequest) => evaluate(context, request)),
    Endorse: unary((request: gateway.EndorseRequest) => endorse(context, request)),
    Submit: unary((request: gateway.SubmitRequest) => submit(context, orderer, request)),
    CommitStatus: unary((request: gateway.SignedCommitStatusRequest, signal) =>
      commitStatus(context, request, signal),
    ),
    ChaincodeEvents: serverStream<gateway.SignedChaincodeEventsRequest, gateway.ChaincodeEventsResponse>(
      (request, send, signal) => chaincodeEvents(context, request, send, signal),
    ),
  };
}
