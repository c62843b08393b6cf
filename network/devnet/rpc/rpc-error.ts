import { types } from 'node:util';
import { create, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { gateway, rpc } from '@cotrace/fabric-model';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';

/** One entry of the details that a Fabric gateway attaches to a failed call. */
export interface EndpointError {
  /** `host:port` of the node that failed. */
  readonly address: string;
  readonly mspId: string;
  readonly message: string;
}

/**
 * A failure that a caller sees as a gRPC status. `message` is Fabric's wording, since clients print it, and
 * `details` travels in the trailer `grpc-status-details-bin` (google.rpc.Status with gateway.ErrorDetail).
 */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly status: status;
  readonly details: readonly EndpointError[];

  constructor(code: status, message: string, details: readonly EndpointError[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = code;
    this.details = details;
  }
}

/** Text of anything thrown. */
export function messageOf(error: unknown): string {
  return types.isNativeError(error) ? error.message : String(error);
}

function statusBytes(error: RpcError): Uint8Array {
  const details = error.details.map((detail) =>
    anyPack(gateway.ErrorDetailSchema, create(gateway.ErrorDetailSchema, detail)),
  );
  const message = create(rpc.StatusSchema, { code: error.status, message: error.message, details });
  return toBinary(rpc.StatusSchema, message);
}

/**
 * The error that grpc-js sends for `error`: an `RpcError` with its status and details, anything else as
 * UNKNOWN with its message, as Go's gRPC server does with a plain error.
 */
export function toServiceError(error: unknown): Partial<ServiceError> {
  const message = messageOf(error);
  if (!(error instanceof RpcError)) return { code: status.UNKNOWN, details: message };
  const metadata = new Metadata();
  if (error.details.length > 0) metadata.set('grpc-status-details-bin', Buffer.from(statusBytes(error)));
  return { code: error.status, details: message, metadata };
}
