import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { CotraceError, utf8 } from '@cotrace/core';
import { lifecycle, peer } from '@cotrace/fabric-model';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { makeProposal } from '../devnet/endorser/make-proposal.js';
import { FABRIC_MESSAGE_BYTES } from '../devnet/limits.js';
import { methodDefinition } from '../devnet/rpc/services.js';
import type { SigningIdentity } from '../identity/signer.js';
import type { ChaincodePackage } from './chaincode-package.js';
import { PEER_ADMIN_MS } from './limits.js';

const OK = 200;
const PROCESS_PROPOSAL = methodDefinition<peer.SignedProposal, peer.ProposalResponse>(
  peer.Endorser,
  'ProcessProposal',
);

/** A peer and its organisation's administrator. */
export interface PeerAdmin {
  /** `host:port` */
  readonly address: string;
  /** Host name in its TLS certificate. */
  readonly serverName: string;
  /** PEM certificates of the peer's TLS authority. */
  readonly tlsRoots: Buffer;
  readonly admin: SigningIdentity;
}

/** Administers one peer through its endorser service, as the `peer` command line does; waits for one that starts. */
export class PeerAdministration {
  readonly #target: PeerAdmin;
  readonly #client: Client;

  constructor(target: PeerAdmin) {
    this.#target = target;
    this.#client = new Client(target.address, credentials.createSsl(target.tlsRoots), {
      'grpc.ssl_target_name_override': target.serverName,
      'grpc.max_receive_message_length': FABRIC_MESSAGE_BYTES,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 500,
    });
  }

  /** Names of the channels that the peer has joined. Throws `PEER_ADMIN`. */
  async channels(): Promise<string[]> {
    const payload = await this.#call('cscc', 'GetChannels');
    return fromBinary(peer.ChannelQueryResponseSchema, payload).channels.map(({ channelId }) => channelId);
  }

  /** Joins a channel by its genesis block. Throws `PEER_ADMIN`. */
  async join(genesis: Uint8Array): Promise<void> {
    await this.#call('cscc', 'JoinChain', genesis);
  }

  /** Ids of the chaincode packages that are installed. Throws `PEER_ADMIN`. */
  async installed(): Promise<string[]> {
    const args = toBinary(
      lifecycle.QueryInstalledChaincodesArgsSchema,
      create(lifecycle.QueryInstalledChaincodesArgsSchema),
    );
    const payload = await this.#call('_lifecycle', 'QueryInstalledChaincodes', args);
    const result = fromBinary(lifecycle.QueryInstalledChaincodesResultSchema, payload);
    return result.installedChaincodes.map(({ packageId }) => packageId);
  }

  /** Installs a package. Throws `PEER_ADMIN`, also where the peer gives it another id. */
  async install({ id, bytes }: ChaincodePackage): Promise<void> {
    const args = create(lifecycle.InstallChaincodeArgsSchema, { chaincodeInstallPackage: bytes });
    const payload = await this.#call(
      '_lifecycle',
      'InstallChaincode',
      toBinary(lifecycle.InstallChaincodeArgsSchema, args),
    );
    const { packageId } = fromBinary(lifecycle.InstallChaincodeResultSchema, payload);
    if (packageId !== id) throw this.#failed(`it calls the package ${packageId}, not ${id}`, {});
  }

  close(): void {
    this.#client.close();
  }

  async #call(chaincode: string, name: string, ...args: readonly Uint8Array[]): Promise<Uint8Array> {
    const call = { channelId: '', chaincode, args: [utf8(name), ...args] };
    const { signed } = makeProposal(call, this.#target.admin);
    const { response } = await this.#process(signed, `${chaincode} ${name}`);
    if (response?.status !== OK) {
      const detail = { status: response?.status, message: response?.message };
      throw this.#failed(`${chaincode} ${name}: ${response?.message ?? 'no response'}`, detail);
    }
    return response.payload;
  }

  #process(signed: peer.SignedProposal, what: string): Promise<peer.ProposalResponse> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        PROCESS_PROPOSAL.path,
        PROCESS_PROPOSAL.requestSerialize,
        PROCESS_PROPOSAL.responseDeserialize,
        signed,
        new Metadata({ waitForReady: true }),
        { deadline: Date.now() + PEER_ADMIN_MS },
        (error: ServiceError | null, response?: peer.ProposalResponse) => {
          if (response !== undefined) resolve(response);
          else
            reject(this.#failed(`${what}: ${error?.details ?? 'no answer'}`, { code: error?.code }, error));
        },
      );
    });
  }

  #failed(reason: string, detail: Readonly<Record<string, unknown>>, cause?: unknown): CotraceError {
    const { address, admin } = this.#target;
    return new CotraceError(
      'PEER_ADMIN',
      `the peer of ${admin.mspId} at ${address} refuses ${reason}`,
      { address, mspId: admin.mspId, ...detail },
      cause,
    );
  }
}
