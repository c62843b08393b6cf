import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { common, discovery, gossip } from '@cotrace/fabric-model';
import type { Client } from '@grpc/grpc-js';
import { loadIdentity, type SigningIdentity } from '../../identity/signer.js';
import type { DevnetHandle } from '../handle.js';
import { methodDefinition } from '../rpc/services.js';
import { peerChannel, userOf } from '../testing/gateway-client.js';
import { startTestNetwork } from '../testing/test-network.js';

const DISCOVER = methodDefinition<discovery.SignedRequest, discovery.Response>(
  discovery.Discovery,
  'Discover',
);
type Query = MessageInitShape<typeof discovery.QuerySchema>;
type Answer = discovery.QueryResult['result'];

// Certificates are made here, on machines that may be busy.
jest.setTimeout(60_000);

describe('the discovery service', () => {
  let network: DevnetHandle;
  let close: () => Promise<void>;
  let client: Client;
  let user: SigningIdentity;

  beforeAll(async () => {
    ({ network, close } = await startTestNetwork());
    client = peerChannel(network, 'org1');
    user = userOf(network, 'org1');
    const deployment = { channel: 'main', version: '1', sequence: 1, packageId: 'cc:1' };
    const address = '127.0.0.1:1';
    await network.deploy({
      ...deployment,
      name: 'everywhere',
      addresses: { org1: address, org2: address, org3: address },
    });
    await network.deploy({ ...deployment, name: 'two', addresses: { org1: address, org3: address } });
    await network.deploy({ ...deployment, name: 'one', addresses: { org2: address } });
  });

  afterAll(async () => {
    client.close();
    await close();
  });

  const call = (request: discovery.SignedRequest): Promise<discovery.Response> =>
    new Promise((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = DISCOVER;
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, response) => {
        if (error !== null || response === undefined) reject(error ?? new Error('none'));
        else resolve(response);
      });
    });

  const ask = async (query: Query, signer = user): Promise<Answer> => {
    const authentication = { clientIdentity: signer.serialized };
    const request = create(discovery.RequestSchema, { authentication, queries: [query] });
    const payload = toBinary(discovery.RequestSchema, request);
    const signed = create(discovery.SignedRequestSchema, { payload, signature: signer.sign(payload) });
    const { results } = await call(signed);
    expect(results).toHaveLength(1);
    return results[0]?.result ?? { case: undefined };
  };

  const ofMain = (query: discovery.Query['query'] | Query['query']): Query => ({
    channel: 'main',
    ...(query && { query }),
  });
  const calls = (...names: string[]) => ({ chaincodes: names.map((name) => ({ name })) });
  const error = (content: string) => ({
    case: 'error',
    value: expect.objectContaining({ content }) as unknown,
  });

  /** A peer's message, whose signature must be its own. */
  const open = ({ identity }: discovery.Peer, envelope?: gossip.Envelope): gossip.GossipMessage => {
    const { manager } = network.ledger('main');
    const { payload = new Uint8Array(), signature = new Uint8Array() } = envelope ?? {};
    expect(manager.verify(manager.deserialize(identity), payload, signature)).toBe(true);
    return fromBinary(gossip.GossipMessageSchema, payload);
  };

  it('tells the MSPs of a channel, and where its orderer really listens', async () => {
    const answer = await ask(ofMain({ case: 'configQuery', value: {} }));
    if (answer.case !== 'configResult') throw new Error(answer.case ?? 'none');
    const { msps, orderers } = answer.value;
    expect(Object.keys(msps).sort()).toEqual(['OrdererMSP', 'Org1MSP', 'Org2MSP', 'Org3MSP']);
    expect(msps['Org2MSP']?.tlsRootCerts).toHaveLength(1);
    const [host = '', port] = network.networkInfo.orderer.address.split(':');
    expect(orderers['OrdererMSP']?.endpoint).toMatchObject([{ host, port: Number(port) }]);
  });

  it('tells the peers of a channel, their heights and chaincodes, signed by each of them', async () => {
    const answer = await ask(ofMain({ case: 'peerQuery', value: {} }));
    if (answer.case !== 'members') throw new Error(answer.case ?? 'none');
    for (const [name, node] of Object.entries(network.networkInfo.peers)) {
      const [peer] = answer.value.peersByOrg[node.mspId]?.peers ?? [];
      if (peer === undefined) throw new Error(name);
      const { mspid } = fromBinary(common.SerializedIdentitySchema, peer.identity);
      expect(mspid).toBe(node.mspId);
      expect(open(peer, peer.membershipInfo).content).toMatchObject({
        case: 'aliveMsg',
        value: { membership: { endpoint: node.address } },
      });
      const chaincodes = ['_lifecycle', 'everywhere', name === 'org2' ? 'one' : 'two'];
      expect(open(peer, peer.stateInfo).content).toMatchObject({
        case: 'stateInfo',
        value: {
          properties: {
            ledgerHeight: network.ledger('main').height,
            chaincodes: chaincodes.map((chaincode) => ({ name: chaincode, version: '1' })),
          },
        },
      });
    }
  });

  it('filters peers by chaincodes', async () => {
    const filtered = await ask(ofMain({ case: 'peerQuery', value: { filter: calls('everywhere', 'two') } }));
    if (filtered.case !== 'members') throw new Error(filtered.case ?? 'none');
    const { peersByOrg } = filtered.value;
    const counts = Object.fromEntries(
      Object.entries(peersByOrg).map(([mspId, { peers }]) => [mspId, peers.length]),
    );
    expect(counts).toEqual({ Org1MSP: 1, Org2MSP: 0, Org3MSP: 1 });
    expect(await ask(ofMain({ case: 'peerQuery', value: { filter: calls('nothing') } }))).toEqual(
      error('No metadata was found for chaincode nothing in channel main'),
    );
  });

  it.each([
    ['everywhere', 3, ['Org1MSP', 'Org2MSP', 'Org3MSP']],
    ['two', 1, ['Org1MSP', 'Org3MSP']],
    ['_lifecycle', 3, ['Org1MSP', 'Org2MSP', 'Org3MSP']],
  ])('plans endorsements of %s', async (name, layouts, mspIds) => {
    const answer = await ask(ofMain({ case: 'ccQuery', value: { interests: [calls(name)] } }));
    if (answer.case !== 'ccQueryRes') throw new Error(answer.case ?? 'none');
    const [plan] = answer.value.content;
    expect(plan).toMatchObject({ chaincode: name });
    expect(plan?.layouts).toHaveLength(layouts);
    const groups = plan?.endorsersByGroups ?? {};
    for (const { quantitiesByGroup } of plan?.layouts ?? []) {
      expect(Object.values(quantitiesByGroup)).toEqual([1, 1]);
      for (const group of Object.keys(quantitiesByGroup)) expect(groups[group]?.peers).toHaveLength(1);
    }
    const identities = Object.values(groups).flatMap(({ peers }) => peers.map(({ identity }) => identity));
    const found = identities.map((bytes) => fromBinary(common.SerializedIdentitySchema, bytes).mspid);
    expect(found.sort()).toEqual(mspIds);
  });

  it.each<[string, discovery.Query['query'] | Query['query'], string]>([
    [
      'a chaincode that too few peers have',
      { case: 'ccQuery', value: { interests: [calls('one')] } },
      'failed constructing descriptor for chaincodes:{name:"one"}',
    ],
    [
      'a chaincode that is not defined',
      { case: 'ccQuery', value: { interests: [calls('nothing')] } },
      'failed constructing descriptor for chaincodes:{name:"nothing"}',
    ],
    [
      'no interest',
      { case: 'ccQuery', value: { interests: [] } },
      'chaincode query must have at least one chaincode interest',
    ],
    [
      'an interest in nothing',
      { case: 'ccQuery', value: { interests: [calls()] } },
      'chaincode interest must contain at least one chaincode',
    ],
    [
      'a chaincode without name',
      { case: 'ccQuery', value: { interests: [calls('')] } },
      'chaincode name in interest cannot be empty',
    ],
    [
      'private data in a plan',
      {
        case: 'ccQuery',
        value: { interests: [{ chaincodes: [{ name: 'everywhere', collectionNames: ['c'] }] }] },
      },
      'failed constructing descriptor for chaincodes:{name:"everywhere"}',
    ],
    [
      'private data in a filter',
      {
        case: 'peerQuery',
        value: { filter: { chaincodes: [{ name: 'everywhere', collectionNames: ['c'] }] } },
      },
      "collection c doesn't exist in collection config for chaincode everywhere",
    ],
    ['local peers in a channel', { case: 'localPeers', value: {} }, 'unknown or missing request type'],
    ['no query', { case: undefined }, 'unknown or missing request type'],
  ])('refuses %s', async (_title, query, message) => {
    expect(await ask(ofMain(query))).toEqual(error(message));
  });

  it('tells all peers to administrators of its own organisation alone', async () => {
    const query: Query = { query: { case: 'localPeers', value: {} } };
    const answer = await ask(query, userOf(network, 'org1', 'Admin'));
    if (answer.case !== 'members') throw new Error(answer.case ?? 'none');
    expect(Object.keys(answer.value.peersByOrg).sort()).toEqual(['Org1MSP', 'Org2MSP', 'Org3MSP']);
    expect(answer.value.peersByOrg['Org2MSP']?.peers[0]?.stateInfo).toBeUndefined();
    expect(await ask(query)).toEqual(error('access denied'));
    expect(await ask(query, userOf(network, 'org2', 'Admin'))).toEqual(error('access denied'));
    expect(
      await ask({ query: { case: 'configQuery', value: {} } }, userOf(network, 'org1', 'Admin')),
    ).toEqual(error('unknown or missing request type'));
  });

  it('says nothing to strangers, forgers, and about channels that it does not have', async () => {
    const query = { case: 'configQuery', value: {} } as const;
    const layout = network.layout;
    const stranger = loadIdentity(join(layout.orderer(), 'msp'), network.topology.orderer.mspId);
    expect(await ask(ofMain(query), stranger)).toEqual(error('access denied'));
    expect(await ask({ channel: 'other', query })).toEqual(error('access denied'));
    const forger = { ...userOf(network, 'org2'), serialized: user.serialized };
    expect(await ask(ofMain(query), forger)).toEqual(error('access denied'));
  });

  it('refuses requests without identity, or that are none', async () => {
    const send = (request: MessageInitShape<typeof discovery.RequestSchema>): Promise<discovery.Response> => {
      const payload = toBinary(discovery.RequestSchema, create(discovery.RequestSchema, request));
      return call(create(discovery.SignedRequestSchema, { payload }));
    };
    await expect(send({})).rejects.toMatchObject({
      details: 'access denied, no authentication info in request',
    });
    await expect(send({ authentication: {} })).rejects.toMatchObject({
      details: "access denied, client identity wasn't supplied",
    });
    const garbage = create(discovery.SignedRequestSchema, { payload: Uint8Array.of(0xff) });
    await expect(call(garbage)).rejects.toMatchObject({
      details: expect.stringContaining('failed parsing request') as unknown,
    });
  });
});
