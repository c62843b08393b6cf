import { join, resolve } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { common, decode, decodeEnvelope, gateway, peer } from '@cotrace/fabric-model';
import { CryptoLayout, loadIdentity } from '@cotrace/network';
import { Client, credentials, type MethodDefinition } from '@grpc/grpc-js';
import { expect } from '@jest/globals';
import { readClientConfig, loadClient, type ClientContext } from '../../gateway-app/client/client-config.js';
import type { Signers } from '../../gateway-app/testing/transactions.js';
import { readNetworkTopology } from '../../gateway-app/workspace/topology-file.js';
import { Workspace } from '../../gateway-app/workspace/workspace.js';
import { methodDefinition } from '../../network/devnet/rpc/services.js';

const DEADLINE_MS = 60_000;

const SUBMIT = methodDefinition<gateway.SubmitRequest, gateway.SubmitResponse>(gateway.Gateway, 'Submit');
const STATUS = methodDefinition<gateway.SignedCommitStatusRequest, gateway.CommitStatusResponse>(
  gateway.Gateway,
  'CommitStatus',
);

/** Hands transactions to a peer's gateway, signed with the keys that a network on one machine has. */
export class Sender {
  readonly signers: Signers;
  readonly #context: ClientContext;
  readonly #peer: Client;

  constructor(home: string) {
    const workspace = new Workspace(home);
    const topology = readNetworkTopology(workspace);
    if (topology === null) throw new Error(`there is no network in ${home}`);
    const config = readClientConfig(workspace.client('org1'));
    this.#context = loadClient(config);
    // crypto/peerOrganizations/ORGANISATION/users/USER/msp
    const layout = new CryptoLayout(resolve(config.mspDir, '../../../../..'), topology);
    const { identity: client, organisation, tls } = this.#context;
    this.signers = {
      topology,
      organisation: () => ({ client }),
      peers: topology.organisations.map((one) => loadIdentity(join(layout.peer(one), 'msp'), one.mspId)),
    };
    const { address, serverName } = organisation.peer;
    const roots = Buffer.from(organisation.tlsRoots);
    this.#peer = new Client(
      address,
      credentials.createSsl(roots, tls.key, tls.certificate),
      serverName === null ? {} : { 'grpc.ssl_target_name_override': serverName },
    );
  }

  /** Submits an envelope as it is; resolves once it is in a block as valid. */
  async commits(envelope: Uint8Array): Promise<void> {
    expect(await this.submits(envelope)).toBe('VALID');
  }

  /** Submits an envelope as it is; resolves once it is in a block, with the name of its validation code. */
  async submits(envelope: Uint8Array): Promise<string> {
    const { channelId, txId: transactionId } = decodeEnvelope(envelope).channelHeader;
    const preparedTransaction = decode(common.EnvelopeSchema, envelope);
    await this.#call(
      SUBMIT,
      create(gateway.SubmitRequestSchema, { channelId, transactionId, preparedTransaction }),
    );
    const { identity } = this.#context;
    const asked = create(gateway.CommitStatusRequestSchema, {
      channelId,
      transactionId,
      identity: identity.serialized,
    });
    const request = toBinary(gateway.CommitStatusRequestSchema, asked);
    const { result } = await this.#call(
      STATUS,
      create(gateway.SignedCommitStatusRequestSchema, { request, signature: identity.sign(request) }),
    );
    return peer.TxValidationCode[result];
  }

  close(): void {
    this.#peer.close();
  }

  #call<Request, Response>(method: MethodDefinition<Request, Response>, request: Request): Promise<Response> {
    const { path, requestSerialize, responseDeserialize } = method;
    const options = { deadline: Date.now() + DEADLINE_MS };
    return new Promise((resolve, reject) => {
      this.#peer.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        options,
        (error, response) => {
          if (response === undefined) reject(error ?? new Error('no response'));
          else resolve(response);
        },
      );
    });
  }
}
