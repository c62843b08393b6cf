import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { utf8 } from '@cotrace/core';
import { grpcService, peer } from '@cotrace/fabric-model';
import { Client, credentials, type ChannelCredentials, type ClientDuplexStream } from '@grpc/grpc-js';

type Message = peer.ChaincodeMessage;
const Type = peer.ChaincodeMessage_Type;

/** A peer's side of one connection to a chaincode service. */
export class ContractPeer {
  readonly #client: Client;
  readonly #stream: ClientDuplexStream<Message, Message>;
  readonly #answers = new Map<string, (message: Message) => void>();
  /** The id that the service registered as. */
  readonly registered: Promise<string>;
  /** Resolves when the connection ends, however. */
  readonly ended: Promise<void>;
  #calls = 0;

  constructor(address: string, channel: ChannelCredentials = credentials.createInsecure()) {
    this.#client = new Client(address, channel);
    const connect = grpcService(peer.Chaincode)['Connect'];
    if (connect === undefined) throw new Error('the service has it');
    this.#stream = this.#client.makeBidiStreamRequest(
      connect.path,
      connect.requestSerialize as (message: Message) => Buffer,
      connect.responseDeserialize as unknown as (bytes: Buffer) => Message,
    );
    this.ended = new Promise((resolve) => {
      this.#stream.on('error', () => resolve());
      this.#stream.on('end', () => resolve());
    });
    this.registered = new Promise((resolve) => {
      this.#stream.on('data', (message: Message) => {
        if (message.type === Type.REGISTER) {
          this.send(Type.REGISTERED);
          this.send(Type.READY);
          resolve(fromBinary(peer.ChaincodeIDSchema, message.payload).name);
        }
        this.#answers.get(message.txid)?.(message);
      });
    });
  }

  send(
    type: peer.ChaincodeMessage_Type,
    fields: MessageInitShape<typeof peer.ChaincodeMessageSchema> = {},
  ): void {
    this.#stream.write(create(peer.ChaincodeMessageSchema, { ...fields, type }));
  }

  /** Calls a function of the contract. */
  async call(name: string): Promise<peer.Response> {
    const answered = this.start(name);
    return fromBinary(peer.ResponseSchema, (await answered).payload);
  }

  /** Calls a function without waiting for the answer, which need not come. */
  start(name: string): Promise<Message> {
    this.#calls += 1;
    const txid = `tx${this.#calls}`;
    const answered = new Promise<Message>((resolve) => this.#answers.set(txid, resolve));
    const input = create(peer.ChaincodeInputSchema, { args: [utf8(name)] });
    const payload = toBinary(peer.ChaincodeInputSchema, input);
    this.send(Type.TRANSACTION, { payload, txid, channelId: 'checking' });
    return answered;
  }

  close(): void {
    this.#stream.cancel();
    this.#client.close();
  }
}
