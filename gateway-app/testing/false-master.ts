import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DescMethodServerStreaming, DescMethodUnary, MessageShape } from '@bufbuild/protobuf';
import { grpcService } from '@cotrace/fabric-model';
import type { TlsMaterial } from '@cotrace/network';
import * as grpc from '@grpc/grpc-js';
import {
  Master,
  type Attestation,
  type AttestationList,
  type FindReply,
  type HeadsReply,
  type MasterStatus,
  type ProofPart,
  type ProofStart,
} from '../gen/cotrace/cotrace_pb.js';
import type { RpcClient } from '../node/rpc-client.js';

/** Asks the honest master what the false one was asked, with other members where they are given. */
type Honest = (other?: object) => Promise<object>;

/** Has the honest master prove what the false one was asked, with other members where they are given. */
type HonestProof = (other?: object) => AsyncIterable<ProofPart>;

/** How a false master answers. */
export interface Falsehood {
  /** A message or bytes in place of the honest reply, an error, or nothing at all. */
  readonly unary?: (method: string, honest: Honest) => Promise<object | Buffer>;
  /** Parts of a proof, or bytes in place of them. */
  readonly prove?: (honest: HonestProof) => AsyncIterable<object | Buffer>;
}

const HEIGHTS_OFF = 1000n;
const SLOW_MS = 3000;

const stranger = (): never => {
  const metadata = new grpc.Metadata();
  metadata.set('cotrace-code', 'UNKNOWN_CALLER');
  throw Object.assign(new Error('stranger'), {
    code: grpc.status.UNAUTHENTICATED,
    details: 'the TLS certificate of this connection does not belong to a node or client of the consortium',
    metadata,
  });
};

/** All replies with heights and block numbers moved by `by`; negative: as a master that is far behind. */
function moved(by: bigint): Falsehood {
  const at = (blockNum: bigint) => (blockNum + by > 0n ? blockNum + by : 0n);
  return {
    unary: async (method, honest) => {
      const reply = await honest();
      switch (method) {
        case 'Status': {
          const status = reply as MasterStatus;
          return { ...status, height: at(status.height), ledgerHeight: at(status.ledgerHeight) };
        }
        case 'TraceHeads': {
          const heads = reply as HeadsReply;
          if (by < 0n)
            return { ...heads, height: 0n, traces: heads.traces.map((one) => ({ ...one, heads: [] })) };
          return { ...heads, height: at(heads.height) };
        }
        case 'AttestationsOf':
          return by < 0n ? { ...(reply as AttestationList), attestations: [] } : reply;
        // It is signed: one that is moved does not hold at all.
        case 'Freshness':
          return reply;
        default:
          return { ...(reply as FindReply), blockNum: at((reply as FindReply).blockNum) };
      }
    },
    prove: async function* (honest) {
      for await (const { part } of honest()) {
        if (part.case !== 'start') yield { part };
        else yield { part: { case: 'start', value: startAt(part.value, at(part.value.blockNum)) } };
      }
    },
  };
}

function startAt(start: ProofStart, blockNum: bigint): object {
  return { ...start, blockNum };
}

/** The ways in which one master may be false; all but the last ones of them are those that a broken one has. */
export const FALSEHOODS = {
  garbage: {
    unary: () => Promise.resolve(randomBytes(64)),
    prove: async function* () {
      await sleep(0);
      yield randomBytes(64);
    },
  },
  nothing: {
    unary: () => new Promise<never>(() => undefined),
    prove: async function* () {
      await new Promise(() => undefined);
      yield {};
    },
  },
  slowly: {
    unary: async (_method, honest) => {
      await sleep(SLOW_MS);
      return honest();
    },
    prove: async function* (honest) {
      for await (const one of honest()) {
        await sleep(SLOW_MS);
        yield one;
      }
    },
  },
  'heights of long ago': moved(-HEIGHTS_OFF),
  'heights to come': moved(HEIGHTS_OFF),
  'as to a stranger': {
    unary: stranger,
    prove: stranger,
  },
  'with the state after block 0': {
    unary: (method, honest) => honest(method === 'Find' ? { blockNum: 0n } : {}),
  },
  'without the events': {
    prove: async function* (honest) {
      for await (const one of honest()) if (one.part.case !== 'events') yield one;
    },
  },
  'without end': {
    prove: async function* () {
      for (;;) {
        await sleep(0);
        yield { part: { case: 'progress', value: { traces: 1, events: 1 } } };
      }
    },
  },
  'signatures that do not hold': {
    unary: async (method, honest) => {
      const reply = await honest();
      if (method !== 'AttestationsOf') return reply;
      const { attestations } = reply as AttestationList;
      return {
        ...reply,
        attestations: attestations.map((one: Attestation) => ({
          ...one,
          signature: one.signature.map((byte, i) => (i === one.signature.length - 1 ? byte ^ 1 : byte)),
        })),
      };
    },
  },
} satisfies Record<string, Falsehood>;

/** Where a false master listens, as whom, and where the honest one is that it asks. */
export interface FalseMasterConfig {
  /** `host:port`. */
  readonly address: string;
  readonly tls: TlsMaterial;
  readonly honest: RpcClient;
}

/** A gRPC server with the TLS identity of a master that answers falsely. Returns what stops it. */
export async function startFalseMaster(
  { address, tls, honest }: FalseMasterConfig,
  { unary = (_method, ask) => ask(), prove = (ask) => ask() }: Falsehood,
): Promise<() => void> {
  const server = new grpc.Server();
  const methods = Object.entries(grpcService(Master)).map(([name, method]) => {
    const responseSerialize = (message: Buffer | MessageShape<DescMethodUnary['output']>) =>
      Buffer.isBuffer(message) ? message : method.responseSerialize(message);
    return [name, { ...method, responseSerialize }];
  });
  const definition = Object.fromEntries(methods) as grpc.ServiceDefinition;
  server.addService(definition, handlersOf(honest, unary, prove));
  const pair = { private_key: tls.key, cert_chain: tls.certificate };
  const credentials = grpc.ServerCredentials.createSsl(null, [pair], false);
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(address, credentials, (error) => (error === null ? resolve() : reject(error)));
  });
  return () => server.forceShutdown();
}

function handlersOf(
  honest: RpcClient,
  unary: NonNullable<Falsehood['unary']>,
  prove: NonNullable<Falsehood['prove']>,
): grpc.UntypedServiceImplementation {
  return Object.fromEntries(
    Master.methods.map((method): [string, grpc.handleUnaryCall<object, object> | StreamHandler] =>
      method.methodKind === 'unary'
        ? [method.name, unaryHandler(honest, method as DescMethodUnary, unary)]
        : [method.name, streamHandler(honest, method as DescMethodServerStreaming, prove)],
    ),
  );
}

type StreamHandler = grpc.handleServerStreamingCall<object, object>;

function unaryHandler(
  honest: RpcClient,
  method: DescMethodUnary,
  unary: NonNullable<Falsehood['unary']>,
): grpc.handleUnaryCall<object, object> {
  return (call, callback) => {
    const run = async () =>
      unary(method.name, (other = {}) => honest.call(method, { ...call.request, ...other }));
    run().then(
      (reply) => callback(null, reply),
      (error: unknown) => callback(error as grpc.ServiceError),
    );
  };
}

/** Other streams than that of a proof are honest: they feed business nodes. */
function streamHandler(
  honest: RpcClient,
  method: DescMethodServerStreaming,
  prove: NonNullable<Falsehood['prove']>,
): StreamHandler {
  return (call) => {
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort());
    call.on('close', () => gone.abort());
    const ask = (other = {}) =>
      honest.stream(method, { ...(call.request as Record<string, unknown>), ...other }, gone.signal);
    const run = async () => {
      const messages = method.name === 'Prove' ? prove(ask as HonestProof) : ask();
      for await (const message of messages) {
        if (call.cancelled) return;
        if (!call.write(message)) await new Promise((resolve) => call.once('drain', resolve));
      }
    };
    run().then(
      () => call.end(),
      (error: unknown) => call.emit('error', error),
    );
  };
}
