import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { type common, decode, gateway, orderer, peer, rpc } from '@cotrace/fabric-model';
import { CryptoLayout, loadIdentity, type SigningIdentity } from '@cotrace/network';
import type { Client, Metadata, MethodDefinition, ServiceError } from '@grpc/grpc-js';
import { methodDefinition } from '../../network/devnet/rpc/services.js';
import {
  ordererChannel,
  organisationOf,
  peerChannel,
  userOf,
  type Target,
} from '../../network/devnet/testing/gateway-client.js';

const DEADLINE_MS = 60_000;

/** A failed call as a client sees it; details sorted, since endorsers answer in any order. */
export interface RpcFailure {
  readonly grpc: number;
  readonly text: string;
  readonly details: readonly string[];
}

/** What a call came to. */
export type Outcome<T> =
  { readonly ok: T; readonly failed?: never } | { readonly ok?: never; readonly failed: RpcFailure };

const PROCESS = methodDefinition<peer.SignedProposal, peer.ProposalResponse>(
  peer.Endorser,
  'ProcessProposal',
);
const EVALUATE = methodDefinition<gateway.EvaluateRequest, gateway.EvaluateResponse>(
  gateway.Gateway,
  'Evaluate',
);
const ENDORSE = methodDefinition<gateway.EndorseRequest, gateway.EndorseResponse>(gateway.Gateway, 'Endorse');
const SUBMIT = methodDefinition<gateway.SubmitRequest, gateway.SubmitResponse>(gateway.Gateway, 'Submit');
const STATUS = methodDefinition<gateway.SignedCommitStatusRequest, gateway.CommitStatusResponse>(
  gateway.Gateway,
  'CommitStatus',
);
const EVENTS = methodDefinition<gateway.SignedChaincodeEventsRequest, gateway.ChaincodeEventsResponse>(
  gateway.Gateway,
  'ChaincodeEvents',
);
const FILTERED = methodDefinition<common.Envelope, peer.DeliverResponse>(peer.Deliver, 'DeliverFiltered');
const ORDERED = methodDefinition<common.Envelope, orderer.DeliverResponse>(
  orderer.AtomicBroadcast,
  'Deliver',
);
const BROADCAST = methodDefinition<common.Envelope, orderer.BroadcastResponse>(
  orderer.AtomicBroadcast,
  'Broadcast',
);

/** Identities and connections of a network: whoever a script may speak as, and whomever to. */
export class Cast {
  readonly #target: Target;
  readonly #layout: CryptoLayout;
  readonly #peers = new Map<string, Client>();
  readonly #orderer: Client;
  readonly #identities = new Map<string, SigningIdentity>();

  constructor(target: Target) {
    this.#target = target;
    this.#layout = new CryptoLayout(target.networkInfo.cryptoDir, target.topology);
    this.#orderer = ordererChannel(target);
    for (const { name } of target.topology.organisations) this.#peers.set(name, peerChannel(target, name));
  }

  get organisations(): readonly string[] {
    return [...this.#peers.keys()];
  }

  /** Identity of `organisation.user`. */
  user(name: string): SigningIdentity {
    const [organisation = '', user] = name.split('.');
    return this.#identity(name, () => userOf(this.#target, organisation, user));
  }

  /** Identity of an organisation's peer: with it, scripts forge what no honest peer endorses. */
  peer(name: string): SigningIdentity {
    return this.#identity(name, () => {
      const organisation = organisationOf(this.#target, name);
      return loadIdentity(join(this.#layout.peer(organisation), 'msp'), organisation.mspId);
    });
  }

  /** Addresses of peers, by organisation. */
  addresses(): readonly string[] {
    return Object.values(this.#target.networkInfo.peers).map(({ address }) => address);
  }

  propose(organisation: string, proposal: peer.SignedProposal): Promise<Outcome<peer.ProposalResponse>> {
    return call(this.#client(organisation), PROCESS, proposal);
  }

  evaluate(organisation: string, request: gateway.EvaluateRequest) {
    return call(this.#client(organisation), EVALUATE, request);
  }

  endorse(organisation: string, request: gateway.EndorseRequest) {
    return call(this.#client(organisation), ENDORSE, request);
  }

  submit(organisation: string, request: gateway.SubmitRequest) {
    return call(this.#client(organisation), SUBMIT, request);
  }

  commitStatus(organisation: string, request: gateway.SignedCommitStatusRequest) {
    return call(this.#client(organisation), STATUS, request);
  }

  /** Chaincode events up to and with the first that `isLast` says so of. */
  async events(
    organisation: string,
    request: gateway.SignedChaincodeEventsRequest,
    isLast: (event: peer.ChaincodeEvent) => boolean,
  ): Promise<peer.ChaincodeEvent[]> {
    const stream = this.#client(organisation).makeServerStreamRequest(
      EVENTS.path,
      EVENTS.requestSerialize,
      EVENTS.responseDeserialize,
      request,
      { deadline: Date.now() + DEADLINE_MS },
    );
    const found: peer.ChaincodeEvent[] = [];
    try {
      for await (const response of stream as AsyncIterable<gateway.ChaincodeEventsResponse>) {
        found.push(...response.events);
        if (response.events.some(isLast)) break;
      }
    } finally {
      stream.on('error', () => undefined);
      stream.cancel();
    }
    return found;
  }

  /** What a peer delivers of a seek, filtered, until it says that this is all. */
  filtered(organisation: string, seek: common.Envelope): Promise<peer.DeliverResponse[]> {
    return deliveries(this.#client(organisation), FILTERED, seek);
  }

  /** What the orderer delivers of a seek, until it says that this is all. */
  ordered(seek: common.Envelope): Promise<orderer.DeliverResponse[]> {
    return deliveries(this.#orderer, ORDERED, seek);
  }

  /** Hands envelopes to the orderer, one after the other, and waits for all of its answers. */
  broadcast(envelopes: readonly common.Envelope[]): Promise<orderer.BroadcastResponse[]> {
    return new Promise((resolve, reject) => {
      const answers: orderer.BroadcastResponse[] = [];
      const stream = this.#orderer.makeBidiStreamRequest(
        BROADCAST.path,
        BROADCAST.requestSerialize,
        BROADCAST.responseDeserialize,
        { deadline: Date.now() + DEADLINE_MS },
      );
      stream.on('data', (answer: orderer.BroadcastResponse) => {
        if (answers.push(answer) === envelopes.length) stream.end();
      });
      stream.on('error', reject);
      stream.on('end', () => resolve(answers));
      for (const envelope of envelopes) stream.write(envelope);
    });
  }

  close(): void {
    this.#orderer.close();
    for (const client of this.#peers.values()) client.close();
  }

  #identity(name: string, load: () => SigningIdentity): SigningIdentity {
    const identity = this.#identities.get(name) ?? load();
    this.#identities.set(name, identity);
    return identity;
  }

  #client(organisation: string): Client {
    const client = this.#peers.get(organisation);
    if (client === undefined) throw new RangeError(`no organisation ${organisation}`);
    return client;
  }
}

function call<Request, Response>(
  client: Client,
  method: MethodDefinition<Request, Response>,
  request: Request,
): Promise<Outcome<Response>> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      { deadline: Date.now() + DEADLINE_MS },
      (error, response) => {
        if (error !== null) resolve({ failed: failureOf(error) });
        else if (response !== undefined) resolve({ ok: response });
      },
    );
  });
}

async function deliveries<Response extends peer.DeliverResponse | orderer.DeliverResponse>(
  client: Client,
  method: MethodDefinition<common.Envelope, Response>,
  seek: common.Envelope,
): Promise<Response[]> {
  const stream = client.makeBidiStreamRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    { deadline: Date.now() + DEADLINE_MS },
  );
  stream.write(seek);
  const found: Response[] = [];
  for await (const response of stream as AsyncIterable<Response>) {
    found.push(response);
    if (response.Type.case === 'status') break;
  }
  stream.on('error', () => undefined);
  stream.cancel();
  return found;
}

function failureOf({ code, details, metadata }: ServiceError): RpcFailure {
  return { grpc: code, text: details, details: detailsOf(metadata).sort() };
}

/** Organisation and message of each `gateway.ErrorDetail`; that the address is one of the network is checked apart. */
function detailsOf(metadata: Metadata): string[] {
  return metadata.get('grpc-status-details-bin').flatMap((bytes) => {
    const status = decode(rpc.StatusSchema, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    return status.details.map(({ typeUrl, value }) => {
      const { mspId, message, address } = decode(gateway.ErrorDetailSchema, value);
      return [typeUrl, mspId, address, message].join(' | ');
    });
  });
}

/** The request of a call of a gateway that a client signs by itself. */
export function signed(
  identity: SigningIdentity,
  request: Uint8Array,
): { request: Uint8Array; signature: Uint8Array } {
  return create(gateway.SignedCommitStatusRequestSchema, { request, signature: identity.sign(request) });
}
