import {
  toBinary,
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageShape,
} from '@bufbuild/protobuf';
import { decode } from '@cotrace/fabric-model';
import type { ConsortiumNode } from '../consortium/consortium.js';

/** A call of which it is known who makes it. */
export type KnownCaller = ConsortiumNode;

/** What a request of a method may be, so that nothing larger is received or made objects of. */
export interface RequestLimits {
  readonly bytes: number;
  /** Entries of lists, messages within, and unknown fields. */
  readonly elements: number;
}

/** A method as a server calls it: bytes of a request in, bytes of answers out. */
export interface RpcMethod {
  readonly path: string;
  readonly limits: RequestLimits;
  /** `signal` is aborted when the caller goes. */
  answers(request: Uint8Array, caller: KnownCaller, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** A unary method from a function that answers or throws. */
export function unary<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  limits: RequestLimits,
  answer: (request: MessageShape<I>, caller: KnownCaller) => Promise<MessageShape<O>> | MessageShape<O>,
): RpcMethod {
  return {
    path: pathOf(method),
    limits,
    async *answers(bytes, caller) {
      const request = decode(method.input, bytes, { maxElements: limits.elements });
      yield toBinary(method.output, await answer(request, caller));
    },
  };
}

/** A server-streaming method from an async generator. */
export function streaming<I extends DescMessage, O extends DescMessage>(
  method: DescMethodServerStreaming<I, O>,
  limits: RequestLimits,
  answers: (
    request: MessageShape<I>,
    caller: KnownCaller,
    signal: AbortSignal,
  ) => AsyncIterable<MessageShape<O>>,
): RpcMethod {
  return {
    path: pathOf(method),
    limits,
    async *answers(bytes, caller, signal) {
      const request = decode(method.input, bytes, { maxElements: limits.elements });
      for await (const message of answers(request, caller, signal)) yield toBinary(method.output, message);
    },
  };
}

/** Path of a method in HTTP/2. Source: gRPC over HTTP2, Path. */
export function pathOf(method: {
  readonly parent: { readonly typeName: string };
  readonly name: string;
}): string {
  return `/${method.parent.typeName}/${method.name}`;
}
