import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { fromBinary } from '@bufbuild/protobuf';
import {
  approvalCall,
  channelPolicyReference,
  commitCall,
  common,
  decodeEnvelope,
  decodeTransaction,
  type LifecycleCall,
} from '@cotrace/fabric-model';
import type { Contract } from '@hyperledger/fabric-gateway';
import type { EndorsementRules } from './channel/genesis-policies.js';
import { startAssetNetwork, type AssetNetwork } from './testing/asset-network.js';
import { connectGateway, userOf } from './testing/gateway-client.js';

// Processes start here, on machines that may be busy.
jest.setTimeout(60_000);

const ALL = ['Org1MSP', 'Org2MSP', 'Org3MSP'];

/** MSP ids of the peers that the gateway chose as endorsers of a transaction that is valid, sorted. */
async function endorsed({ network }: AssetNetwork, contract: Contract, key: string): Promise<string[]> {
  const commit = await contract.submitAsync('put', { arguments: [key, 'v'] });
  expect(await commit.getStatus()).toMatchObject({ successful: true });
  const block = await network.ledger('main').blockByTxId(commit.getTransactionId());
  const [envelope = new Uint8Array()] = block?.block.envelopes ?? [];
  const { endorsements } = decodeTransaction(decodeEnvelope(envelope));
  return endorsements
    .map(({ endorser }) => fromBinary(common.SerializedIdentitySchema, endorser).mspid)
    .sort();
}

describe('policies of a channel', () => {
  let asset: AssetNetwork | null = null;
  const start = async (rules: EndorsementRules): Promise<AssetNetwork> => {
    asset = await startAssetNetwork({ rules });
    return asset;
  };

  afterEach(async () => {
    await asset?.close();
    asset = null;
  });

  it('may ask for any organisation, or for the policy that a definition names', async () => {
    const started = await start({ endorsement: 'ANY' });
    const { contract, deploy, chaincode, connection } = started;
    expect(await endorsed(started, contract, 'a')).toEqual(['Org1MSP']);
    const path = '/Channel/Application/Org2MSP/Endorsement';
    await deploy('named', chaincode, { policy: channelPolicyReference(path) });
    const named = connection.gateway.getNetwork('main').getContract('named');
    expect(await endorsed(started, named, 'a')).toContain('Org2MSP');
    await expect(
      named.submit('put', { arguments: ['b', 'v'], endorsingOrganizations: ['Org1MSP'] }),
    ).rejects.toThrow('ENDORSEMENT_POLICY_FAILURE');
    await deploy('nowhere', chaincode, { policy: channelPolicyReference('/Channel/Application/Nothing') });
    await expect(
      connection.gateway.getNetwork('main').getContract('nowhere').submitTransaction('put', 'a', 'v'),
    ).rejects.toMatchObject({ code: 9 });
  });

  it('may ask for all organisations, for definitions too', async () => {
    const started = await start({ endorsement: 'ALL', lifecycleEndorsement: 'ALL' });
    const { contract, network } = started;
    expect(await endorsed(started, contract, 'a')).toEqual(ALL);
    await expect(
      contract.submit('put', { arguments: ['b', 'v'], endorsingOrganizations: ALL.slice(1) }),
    ).rejects.toThrow('ENDORSEMENT_POLICY_FAILURE');
    const definition = { name: 'other', version: '1', sequence: 1n };
    const submit = async (organisation: string, { name, argument }: LifecycleCall, mspIds: string[]) => {
      const admin = connectGateway(network, organisation, userOf(network, organisation, 'Admin'));
      try {
        const lifecycleContract = admin.gateway.getNetwork('main').getContract('_lifecycle');
        await lifecycleContract.submit(name, { arguments: [argument], endorsingOrganizations: mspIds });
      } finally {
        admin.close();
      }
    };
    const approve = (organisation: string, mspId: string): Promise<void> =>
      submit(organisation, approvalCall(definition, ''), [mspId]);
    const commit = (mspIds: string[]): Promise<void> => submit('org1', commitCall(definition), mspIds);
    await approve('org1', 'Org1MSP');
    await approve('org2', 'Org2MSP');
    await expect(commit(['Org1MSP', 'Org2MSP'])).rejects.toThrow('ENDORSEMENT_POLICY_FAILURE');
    await approve('org3', 'Org3MSP');
    await commit(ALL);
    expect(network.ledger('main').definition('other')).toMatchObject(definition);
  });
});
