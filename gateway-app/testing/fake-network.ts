import {
  create,
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import { DEFAULT_CHECKING_TIMES, type SigningIdentity } from '@cotrace/network';
import type { ClientContext } from '../client/client-config.js';
import { Connections } from '../client/connections.js';
import type { GatewayPeer } from '../client/wire.js';
import type { Consortium, ConsortiumNode } from '../consortium/consortium.js';
import type { Business, Master } from '../gen/cotrace/cotrace_pb.js';
import { findOrganisation } from '../node/node-config.js';
import type { CallLimits, RpcCaller, StreamLimits } from '../node/rpc-client.js';
import { peerWithLedger } from './peer-ledger.js';

/** How long a call without a limit may take, in milliseconds. */
const LONG_MS = 15_000;
/** How often one test’s client connects and calls: whoever does it more asks again and again without a pause. */
const MOST_USES = 5000;

/** How a node answers each method; those that are left out, it does not answer: nobody listens there. */
export type AnswersOf<Methods> = {
  readonly [K in keyof Methods]?: Methods[K] extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>) => Promise<MessageInitShape<O>>
    : Methods[K] extends DescMethodServerStreaming<infer I, infer O>
      ? (request: MessageShape<I>, signal: AbortSignal) => AsyncIterable<MessageInitShape<O>>
      : never;
};

export type MasterAnswers = AnswersOf<typeof Master.method>;
export type BusinessAnswers = AnswersOf<typeof Business.method>;

/** What a fake network is made of. */
export interface FakeNetworkOptions {
  /** By default one of three organisations, with one business node each. */
  readonly consortium?: Consortium;
  /** The own organisation's peer; by default it is away. */
  readonly peer?: GatewayPeer;
  /** Answers by the name of a node; nobody listens at the others. They may be changed while a client asks. */
  readonly nodes?: Record<string, MasterAnswers | BusinessAnswers>;
}

/** The connections of a client of the first organisation to nodes that exist only as what they answer. */
export function fakeConnections({
  consortium = fakeConsortium(3),
  peer = peerWithLedger(() => null),
  nodes = {},
}: FakeNetworkOptions): Connections {
  const [first] = consortium.organisations;
  const organisation = findOrganisation(consortium, first?.mspId ?? '');
  const context: ClientContext = {
    consortium,
    organisation,
    identity: nobody(organisation.mspId),
    tls: { certificate: Buffer.alloc(0), key: Buffer.alloc(0), ca: Buffer.alloc(0) },
  };
  let uses = 0;
  const use = () => {
    uses += 1;
    if (uses > MOST_USES) throw new RangeError('the nodes are asked without end');
  };
  const node = ({ name }: ConsortiumNode) => {
    use();
    return new FakeCaller(name, () => {
      use();
      return nodes[name] ?? {};
    });
  };
  return new Connections(context, { peer, node, close: () => undefined });
}

/** Organisations `org1`, `org2`, … with a master, a client and a business node of the domain `goods` each. */
export function fakeConsortium(organisations: number): Consortium {
  const names = Array.from({ length: organisations }, (_, i) => `org${i + 1}`);
  const hash = '00'.repeat(32);
  return {
    version: 3,
    channels: {
      main: { name: 'main', genesisHeaderHash: hash },
      checking: { name: 'checking', genesisHeaderHash: hash },
    },
    checkingHeight: 1024,
    checking: DEFAULT_CHECKING_TIMES,
    domains: ['goods'],
    organisations: names.map((name) => ({
      name,
      mspId: `${name}MSP`,
      peer: { address: `${name}:7051`, serverName: null },
      tlsRoots: '',
    })),
    nodes: names.flatMap((name) => {
      const mspId = `${name}MSP`;
      const node = { mspId, domain: null, certificate: hash, signer: null };
      return [
        { ...node, name: `${name}.master`, role: 'master' as const, address: `${name}:7100` },
        { ...node, name: `${name}.client`, role: 'client' as const, address: null },
        {
          ...node,
          name: `${name}.goods`,
          role: 'business' as const,
          domain: 'goods',
          address: `${name}:7200`,
        },
      ];
    }),
  };
}

/** That nobody answers. */
export const unanswered = () => new Promise<never>(() => undefined);

/** A caller that keeps the limits of a call as the real one does. */
class FakeCaller implements RpcCaller {
  readonly #name: string;
  readonly #answers: () => object;

  constructor(name: string, answers: () => object) {
    this.#name = name;
    this.#answers = answers;
  }

  async call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    { timeout = LONG_MS, signal }: CallLimits = {},
  ): Promise<MessageShape<O>> {
    const answer = this.#answerOf(method) as (message: object) => Promise<MessageInitShape<O>>;
    const limit = limitOf(this.#name, timeout, signal);
    try {
      return create(method.output, await Promise.race([answer(create(method.input, request)), limit.over]));
    } finally {
      limit.end();
    }
  }

  async *stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
    signal: AbortSignal,
    { silence = LONG_MS }: StreamLimits = {},
  ): AsyncGenerator<MessageShape<O>> {
    type Answer = (message: object, signal: AbortSignal) => AsyncIterable<MessageInitShape<O>>;
    const answer = this.#answerOf(method) as Answer;
    const messages = answer(create(method.input, request), signal)[Symbol.asyncIterator]();
    while (!signal.aborted) {
      const limit = limitOf(this.#name, silence);
      try {
        const next = await Promise.race([messages.next(), limit.over]);
        if (next.done === true) return;
        yield create(method.output, next.value);
      } finally {
        limit.end();
      }
    }
  }

  #answerOf({ localName }: { readonly localName: string }): unknown {
    const answer = (this.#answers() as Readonly<Record<string, unknown>>)[localName];
    if (answer === undefined) throw unreachable(this.#name);
    return answer;
  }
}

/** `over` rejects after `timeout` milliseconds, or once `signal` is aborted. */
function limitOf(name: string, timeout: number, signal?: AbortSignal) {
  let fail: () => void = () => undefined;
  const over = new Promise<never>((_, reject) => {
    fail = () => reject(unreachable(name));
  });
  const timer = setTimeout(fail, timeout);
  signal?.addEventListener('abort', fail);
  if (signal?.aborted === true) fail();
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', fail);
  };
  return { over, end };
}

function unreachable(name: string): CotraceError {
  return new CotraceError('UNREACHABLE', `${name} does not answer`);
}

function nobody(mspId: string): SigningIdentity {
  return { mspId, certificate: '', serialized: new Uint8Array(), sign: () => new Uint8Array() };
}
