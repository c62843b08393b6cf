import { toBinary, type DescMessage, type DescService, type MessageShape } from '@bufbuild/protobuf';
import { decode } from './decode.js';

/** One method in the form that grpc-js takes, for servers and clients. */
export interface GrpcMethod {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly originalName: string;
  readonly requestSerialize: (message: MessageShape<DescMessage>) => Buffer;
  readonly requestDeserialize: (bytes: Uint8Array) => MessageShape<DescMessage>;
  readonly responseSerialize: (message: MessageShape<DescMessage>) => Buffer;
  readonly responseDeserialize: (bytes: Uint8Array) => MessageShape<DescMessage>;
}

/**
 * A service of a .proto file as a grpc-js service definition: methods by their name in the file. For Node only,
 * where `Buffer` exists; grpc-js itself is not needed. Messages are decoded as by `decode`.
 */
export function grpcService(service: DescService): Readonly<Record<string, GrpcMethod>> {
  return Object.fromEntries(
    service.methods.map((method) => [
      method.name,
      {
        path: `/${service.typeName}/${method.name}`,
        requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
        responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
        originalName: method.localName,
        requestSerialize: serializer(method.input),
        requestDeserialize: deserializer(method.input),
        responseSerialize: serializer(method.output),
        responseDeserialize: deserializer(method.output),
      },
    ]),
  );
}

function serializer(schema: DescMessage): GrpcMethod['requestSerialize'] {
  return (message) => {
    const bytes = toBinary(schema, message);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

function deserializer(schema: DescMessage): GrpcMethod['requestDeserialize'] {
  return (bytes) => decode(schema, bytes);
}
