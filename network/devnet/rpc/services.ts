import type { DescService } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import { grpcService, peer } from '@cotrace/fabric-model';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

/** Definition of a service as grpc-js takes it. */
export function serviceDefinition(service: DescService): ServiceDefinition {
  return grpcService(service);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The definition with responses that are bytes already: blocks go out as they are stored, neither decoded
 * nor encoded for every follower.
 */
export function withRawResponses(definition: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => [name, { ...method, responseSerialize: asBuffer }]),
  );
}

/** One method of a service, typed by the caller. */
export function methodDefinition<Request, Response>(
  service: DescService,
  name: string,
): MethodDefinition<Request, Response> {
  const method = grpcService(service)[name];
  if (method === undefined) throw new CotraceError('NO_METHOD', `${service.typeName} has no method ${name}`);
  return method as unknown as MethodDefinition<Request, Response>;
}

/** `protos.Chaincode/Connect`, which the peer calls. */
export const CHAINCODE_CONNECT = methodDefinition<peer.ChaincodeMessage, peer.ChaincodeMessage>(
  peer.Chaincode,
  'Connect',
);
