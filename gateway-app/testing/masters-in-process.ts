import { toBinary, type DescMethod, type DescMethodUnary, type MessageShape } from '@bufbuild/protobuf';
import { relayedError } from '@cotrace/core';
import { decode } from '@cotrace/fabric-model';
import type { Metadata } from '@grpc/grpc-js';
import type { Consortium } from '../consortium/consortium.js';
import { Master, type ProofPart } from '../gen/cotrace/cotrace_pb.js';
import { Attestor } from '../master/attestor.js';
import { masterChecking } from '../master/checking/start-checking.js';
import { Configurations } from '../master/configurations.js';
import { Freshness } from '../master/freshness.js';
import { MASTER_PATIENCE } from '../master/limits.js';
import { MasterHealth } from '../master/master-health.js';
import { masterMethods } from '../master/service.js';
import { findNode } from '../node/node-config.js';
import type { RpcMethod } from '../node/rpc-method.js';
import type { MasterAnswers } from './fake-network.js';
import type { Falsehood } from './false-master.js';
import { SilentLog } from './silent-log.js';
import type { TestMaster } from './test-master.js';
import type { TestNetwork } from './test-network.js';

/** The consortium of a test network, with addresses at which nobody listens. */
export function addressed({ consortium }: TestNetwork): Consortium {
  const nodes = consortium.nodes.map((node) =>
    node.role === 'client' ? node : { ...node, address: `${node.name}:7100` },
  );
  return { ...consortium, nodes };
}

/** What a master answers to the client of the first organisation: by its own methods, without a connection between. */
export function honestAnswers(network: TestNetwork, master: TestMaster): MasterAnswers {
  const consortium = addressed(network);
  const { name, mspId } = findNode(consortium, master.name, 'master');
  const { ledger, feed } = master;
  const chain = {
    get height() {
      return feed.height;
    },
    headerHash: (blockNum: bigint) => master.store.block(blockNum).headerHash,
  };
  const configurations = new Configurations(master.store);
  const health = new MasterHealth(chain, new SilentLog(), MASTER_PATIENCE);
  const methods: Readonly<Record<string, RpcMethod>> = masterMethods({
    name,
    mspId,
    consortium,
    ledger,
    feed,
    peer: { blockOfTransaction: () => Promise.resolve(null) },
    health,
    configurations,
    freshness: new Freshness({
      store: master.store,
      configurations,
      attestor: new Attestor(master.identity),
      terms: network.terms,
      others: [],
      advancedAt: () => Date.now(),
    }),
    checking: masterChecking({
      consortium,
      mspId,
      ledger,
      configurations,
      feed,
      blocks: async function* () {
        yield* await Promise.resolve([]);
      },
      contradicted: () => undefined,
      log: new SilentLog(),
    }),
  });
  const caller = consortium.nodes.find(({ role }) => role === 'client');
  if (caller === undefined) throw new RangeError('the network has no client');
  const answers = (method: DescMethod, request: MessageShape<DescMethod['input']>, signal: AbortSignal) => {
    const bytes = methods[method.localName]?.answers(toBinary(method.input, request), caller, signal);
    return decoded(method, bytes ?? nothing());
  };
  return perMethod(
    (method) => async (request) => {
      for await (const reply of answers(method, request, NEVER)) return reply;
      throw new RangeError(`${method.name} has no answer`);
    },
    (method) => (request, signal) => answers(method, request, signal),
  );
}

/** What a master answers that is false, in place of an honest one. */
export function falseAnswers(
  honest: MasterAnswers,
  { unary = (_method, ask) => ask(), prove = (ask) => ask() }: Falsehood,
): MasterAnswers {
  const asked = honest as Readonly<Record<string, Unary & Streaming>>;
  return perMethod(
    (method) => async (request) => {
      const ask = (other = {}) => (asked[method.localName] as Unary)({ ...request, ...other });
      try {
        const reply = await unary(method.name, ask);
        return Buffer.isBuffer(reply) ? decode(method.output, reply) : reply;
      } catch (error) {
        throw asReceived(error);
      }
    },
    (method) =>
      async function* (request, signal) {
        const ask = (other = {}) =>
          (asked[method.localName] as Streaming)(
            { ...request, ...other },
            signal,
          ) as AsyncIterable<ProofPart>;
        try {
          for await (const message of method.name === 'Prove' ? prove(ask) : ask()) {
            yield Buffer.isBuffer(message) ? decode(method.output, message) : message;
          }
        } catch (error) {
          throw asReceived(error);
        }
      },
  );
}

type Unary = (request: MessageShape<DescMethod['input']>) => Promise<object>;
type Streaming = (request: MessageShape<DescMethod['input']>, signal: AbortSignal) => AsyncIterable<object>;

const NEVER = new AbortController().signal;

function perMethod(
  unary: (method: DescMethodUnary) => Unary,
  streaming: (method: DescMethod) => Streaming,
): MasterAnswers {
  return Object.fromEntries(
    Master.methods.map((method): [string, Unary | Streaming] => [
      method.localName,
      method.methodKind === 'unary' ? unary(method as DescMethodUnary) : streaming(method),
    ]),
  );
}

async function* decoded({ output }: DescMethod, messages: AsyncIterable<Uint8Array>) {
  for await (const bytes of messages) yield decode(output, bytes);
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield* await Promise.resolve([]);
}

/** What the caller makes of an error that came with gRPC's metadata. */
function asReceived(error: unknown): unknown {
  if (!(error instanceof Error) || !('metadata' in error)) return error;
  const [code] = (error.metadata as Metadata).get('cotrace-code');
  return relayedError(String(code), error.message);
}
