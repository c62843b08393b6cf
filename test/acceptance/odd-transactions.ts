import { join, resolve } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { concat, fromHex } from '@cotrace/core';
import { common, decode, decodeEnvelope, gateway, peer } from '@cotrace/fabric-model';
import { CryptoLayout, loadIdentity } from '@cotrace/network';
import { Client, credentials, type MethodDefinition } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readClientConfig, loadClient, type ClientContext } from '../../gateway-app/client/client-config.js';
import { readNetworkTopology } from '../../gateway-app/workspace/topology-file.js';
import { Workspace } from '../../gateway-app/workspace/workspace.js';
import {
  put,
  transaction,
  withPayloadAppended,
  type Signers,
  type TestRwset,
} from '../../gateway-app/testing/transactions.js';
import { methodDefinition } from '../../network/devnet/rpc/services.js';
import type { Scene } from './scene.js';

/** A group that nobody knows, with a field number in it that only Go's library lets pass: 2^28. */
const EIGHT_BYTES = fromHex('7b8080808010017c');
const DEADLINE_MS = 60_000;

const SUBMIT = methodDefinition<gateway.SubmitRequest, gateway.SubmitResponse>(gateway.Gateway, 'Submit');
const STATUS = methodDefinition<gateway.SignedCommitStatusRequest, gateway.CommitStatusResponse>(
  gateway.Gateway,
  'CommitStatus',
);

/** What no honest client sends and Fabric takes as valid all the same: the nodes read it as the peers do. */
export function oddTransactions(scene: Scene): void {
  describe('a transaction that only looks odd', () => {
    let sender: Sender;
    beforeAll(() => {
      sender = new Sender(scene.cotrace.home);
    });
    afterAll(() => sender.close());

    /** Values of keys in the own organisation's nodes, once every node has every block and none is disputed. */
    const settled = async (...keys: readonly (readonly [domain: string, key: string])[]) => {
      const nodes = await scene.settledNodes();
      expect(new Set(nodes.map(({ state }) => state))).toEqual(new Set(['following']));
      const answers = keys.map(([domain, key]) =>
        scene.cotrace.json<{ readonly value?: string }>('state', 'get', domain, key),
      );
      return (await Promise.all(answers)).map(({ value }) => value.value);
    };

    it('with bytes appended to its payload or its envelope is valid, and its domain has its writes', async () => {
      const { signers } = sender;
      const payload = put(signers, 'production', { 'odd/payload': 'p' });
      await sender.commits(withPayloadAppended(payload, EIGHT_BYTES, signers.organisation(0).client));
      await sender.commits(concat(put(signers, 'production', { 'odd/envelope': 'e' }), EIGHT_BYTES));
      const written = await settled(['production', 'odd/payload'], ['production', 'odd/envelope']);
      expect(written).toEqual(['p', 'e']);
    });

    it('over two domains, under key-level policies of both, is disputed in neither', async () => {
      const { signers } = sender;
      const across = (rwset: TestRwset) => ({ production: rwset, retail: rwset });
      const send = (rwset: TestRwset, endorsers: Signers['peers']) =>
        sender.commits(
          transaction(signers, { chaincode: 'production', rwset: across(rwset), endorsers }).envelope,
        );
      await send({ writes: { 'odd/own': '1' }, policies: { 'odd/own': 'Org3MSP' } }, signers.peers);
      await send({ writes: { 'odd/own': '2' } }, signers.peers.slice(2));
      expect(await settled(['production', 'odd/own'], ['retail', 'odd/own'])).toEqual(['2', '2']);
    });
  });
}

/** Hands transactions to a peer's gateway, signed with the keys that a network on one machine has. */
class Sender {
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
    expect(peer.TxValidationCode[result]).toBe('VALID');
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
