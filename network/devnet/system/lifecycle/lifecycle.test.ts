import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { utf8 } from '@cotrace/core';
import { approvalCall, commitCall, lifecycle, peer } from '@cotrace/fabric-model';
import type { Contract } from '@hyperledger/fabric-gateway';
import { makeProposal } from '../../endorser/make-proposal.js';
import type { DevnetHandle } from '../../handle.js';
import { start } from '../../start.js';
import { methodDefinition } from '../../rpc/services.js';
import { freePort } from '../../../free-port.js';
import { ChaincodeProcess } from '../../testing/chaincode-process.js';
import { connectGateway, peerChannel, userOf, type Connection } from '../../testing/gateway-client.js';
import { packageBytes } from '../../testing/package-bytes.js';
import { quickTopology, temporaryFolder } from '../../testing/test-network.js';
import { packageIdOf } from '../../chaincode/package.js';

const PROPOSE = methodDefinition<peer.SignedProposal, peer.ProposalResponse>(
  peer.Endorser,
  'ProcessProposal',
);
const DEFINITION = { name: 'asset', version: '1.0', sequence: 1n };

// Processes start here, on machines that may be busy.
jest.setTimeout(60_000);

describe('the chaincode lifecycle', () => {
  const folder = temporaryFolder();
  let network: DevnetHandle;
  let chaincode: ChaincodeProcess;
  let bytes: Uint8Array;
  let packageId: string;
  let address: string;
  const connections = new Map<string, Connection>();

  const startNetwork = (): Promise<DevnetHandle> =>
    start({
      topology: quickTopology(),
      dir: folder.dir,
      chaincodeConfig: { org1: { ccaddr: address }, org2: { ccaddr: address } },
    });

  beforeAll(async () => {
    address = `127.0.0.1:${await freePort()}`;
    bytes = await packageBytes({ address: '{{.ccaddr}}' });
    packageId = packageIdOf('asset_1.0', bytes);
    network = await startNetwork();
    chaincode = ChaincodeProcess.at(address, packageId);
  });

  afterAll(async () => {
    disconnect();
    await network.stop();
    await chaincode.kill();
    folder.remove();
  });

  const disconnect = (): void => {
    for (const connection of connections.values()) connection.close();
    connections.clear();
  };

  const contract = (organisation: string, name = '_lifecycle', user = 'Admin'): Contract => {
    const key = `${organisation} ${user}`;
    const connection =
      connections.get(key) ?? connectGateway(network, organisation, userOf(network, organisation, user));
    connections.set(key, connection);
    return connection.gateway.getNetwork('main').getContract(name);
  };

  /** The answer of an organisation's peer itself, without a gateway. */
  const propose = async (
    organisation: string,
    user: string,
    call: Parameters<typeof makeProposal>[0],
  ): Promise<peer.Response> => {
    const client = peerChannel(network, organisation);
    const { signed } = makeProposal(call, userOf(network, organisation, user));
    const { path, requestSerialize, responseDeserialize } = PROPOSE;
    const answer = await new Promise<peer.ProposalResponse | null>((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, signed, (error, value) =>
        error === null ? resolve(value ?? null) : reject(error),
      );
    });
    client.close();
    return answer?.response ?? create(peer.ResponseSchema);
  };

  /** Calls a function of a peer without a channel, as for installation. */
  const callPeer = async <Args extends DescMessage, Result extends DescMessage>(
    name: string,
    [argsSchema, args]: readonly [Args, MessageInitShape<Args>],
    resultSchema: Result,
    user = 'Admin',
    organisation = 'org1',
  ): Promise<MessageShape<Result>> => {
    const argument = toBinary(argsSchema, create(argsSchema, args));
    const { status, message, payload } = await propose(organisation, user, {
      channelId: '',
      chaincode: '_lifecycle',
      args: [utf8(name), argument],
    });
    if (status !== 200) throw new Error(message);
    return fromBinary(resultSchema, payload);
  };

  const install = (organisation: string, user = 'Admin') =>
    callPeer(
      'InstallChaincode',
      [lifecycle.InstallChaincodeArgsSchema, { chaincodeInstallPackage: bytes }],
      lifecycle.InstallChaincodeResultSchema,
      user,
      organisation,
    );

  const evaluate = async <Args extends DescMessage, Result extends DescMessage>(
    organisation: string,
    name: string,
    [argsSchema, args]: readonly [Args, MessageInitShape<Args>],
    resultSchema: Result,
    user = 'Admin',
  ): Promise<MessageShape<Result>> => {
    const argument = toBinary(argsSchema, create(argsSchema, args));
    const result = await contract(organisation, '_lifecycle', user).evaluate(name, { arguments: [argument] });
    return fromBinary(resultSchema, result);
  };

  const approve = async (organisation: string, id: string, changes = {}, user = 'Admin'): Promise<void> => {
    const { name: called, argument } = approvalCall({ ...DEFINITION, ...changes }, id);
    const mspId = network.topology.organisations.find(({ name }) => name === organisation)?.mspId ?? '';
    await contract(organisation, '_lifecycle', user).submit(called, {
      arguments: [argument],
      endorsingOrganizations: [mspId],
    });
  };

  const commit = async (endorsingOrganizations: string[], changes = {}): Promise<void> => {
    const { name, argument } = commitCall({ ...DEFINITION, ...changes });
    await contract('org1').submit(name, {
      arguments: [argument],
      endorsingOrganizations,
    });
  };

  const readiness = (changes = {}) =>
    evaluate(
      'org1',
      'CheckCommitReadiness',
      [lifecycle.CheckCommitReadinessArgsSchema, { ...DEFINITION, ...changes }],
      lifecycle.CheckCommitReadinessResultSchema,
      'User1',
    );

  /** What endorsing peers said, in the details of a refusal. */
  const details = async (refusal: Promise<unknown>): Promise<string> => {
    try {
      await refusal;
    } catch (error) {
      return JSON.stringify((error as { details?: unknown }).details ?? String(error));
    }
    return 'nothing was refused';
  };

  it('installs packages, for administrators of the peer’s organisation', async () => {
    await expect(install('org1', 'User1')).rejects.toThrow(
      "Failed verifying that proposal's creator satisfies local MSP principal during channelless check policy " +
        'with policy [Admins]: [The identity is not an admin under this MSP [Org1MSP]',
    );
    expect(await install('org1')).toMatchObject({ packageId, label: 'asset_1.0' });
    await expect(install('org1')).rejects.toThrow('chaincode already successfully installed');
    await install('org2');
    await expect(install('org3')).rejects.toThrow('map has no entry for key "ccaddr"');
    const stored = await callPeer(
      'GetInstalledChaincodePackage',
      [lifecycle.GetInstalledChaincodePackageArgsSchema, { packageId }],
      lifecycle.GetInstalledChaincodePackageResultSchema,
    );
    expect(Buffer.from(stored.chaincodeInstallPackage).equals(bytes)).toBe(true);
    await expect(
      callPeer(
        'QueryInstalledChaincode',
        [lifecycle.QueryInstalledChaincodeArgsSchema, { packageId: 'x:1' }],
        lifecycle.QueryInstalledChaincodeResultSchema,
      ),
    ).rejects.toThrow("could not find chaincode with package id 'x:1'");
  });

  it('takes approvals from administrators of each organisation for itself', async () => {
    expect(await details(approve('org1', packageId, {}, 'User1'))).toContain(
      'is not an admin under this MSP',
    );
    await approve('org1', packageId);
    expect(await details(approve('org1', packageId))).toContain(
      'attempted to redefine uncommitted sequence (1) for namespace asset with unchanged content',
    );
    expect(await readiness()).toMatchObject({
      approvals: { Org1MSP: true, Org2MSP: false, Org3MSP: false },
      mismatches: { Org2MSP: { items: ['ChaincodeParameters'] } },
    });
    expect(await readiness({ version: '2', validationPlugin: 'x' })).toMatchObject({
      approvals: { Org1MSP: false },
      mismatches: { Org1MSP: { items: ['EndorsementInfo', 'ValidationInfo'] } },
    });
  });

  it('tells an organisation’s administrators what it has approved, and nobody else', async () => {
    const query = (organisation: string, sequence: bigint, user = 'Admin') =>
      evaluate(
        organisation,
        'QueryApprovedChaincodeDefinition',
        [lifecycle.QueryApprovedChaincodeDefinitionArgsSchema, { name: 'asset', sequence }],
        lifecycle.QueryApprovedChaincodeDefinitionResultSchema,
        user,
      );
    for (const sequence of [0n, 1n]) {
      expect(await query('org1', sequence)).toMatchObject({
        version: '1.0',
        sequence: 1n,
        source: { Type: { case: 'localPackage', value: { packageId } } },
      });
    }
    await expect(query('org2', 1n)).rejects.toThrow(
      "could not fetch approved chaincode definition (name: 'asset', sequence: '1') on channel 'main'",
    );
    await expect(query('org1', 1n, 'User1')).rejects.toThrow('Failed to authorize invocation');
    const all = await evaluate(
      'org1',
      'QueryApprovedChaincodeDefinitions',
      [lifecycle.QueryApprovedChaincodeDefinitionsArgsSchema, {}],
      lifecycle.QueryApprovedChaincodeDefinitionsResultSchema,
    );
    expect(all.approvedChaincodeDefinitions).toMatchObject([DEFINITION]);
  });

  it('commits what enough organisations have approved', async () => {
    expect(await details(commit(['Org1MSP', 'Org2MSP']))).toContain(
      'chaincode definition not agreed to by this org (Org2MSP)',
    );
    // The peer of an organisation that agrees endorses; its endorsement alone is not enough.
    await expect(commit(['Org1MSP'])).rejects.toThrow('ENDORSEMENT_POLICY_FAILURE');
    await approve('org2', packageId);
    await commit(['Org1MSP', 'Org2MSP']);
    expect(network.ledger('main').definition('asset')).toMatchObject(DEFINITION);
    const committed = await evaluate(
      'org3',
      'QueryChaincodeDefinition',
      [lifecycle.QueryChaincodeDefinitionArgsSchema, { name: 'asset' }],
      lifecycle.QueryChaincodeDefinitionResultSchema,
      'User1',
    );
    expect(committed.approvals).toEqual({ Org1MSP: true, Org2MSP: true, Org3MSP: false });
  });

  it('runs the chaincode where it is approved and installed', async () => {
    await contract('org1', 'asset', 'User1').submitTransaction('put', 'k', 'v');
    const read = async (organisation: string): Promise<string> => {
      const args = [utf8('read'), utf8('k')];
      const call = { channelId: 'main', chaincode: 'asset', args };
      const { message, payload } = await propose(organisation, 'User1', call);
      return `${message}${Buffer.from(payload).toString()}`;
    };
    expect(await read('org2')).toBe('v');
    expect(await read('org3')).toContain(
      "chaincode definition for 'asset' at sequence 1 on channel 'main' has not yet been approved by this org",
    );
    await approve('org3', '');
    expect(await read('org3')).toContain(
      "chaincode definition for 'asset' exists, but chaincode is not installed",
    );
    const { references } = await callPeer(
      'QueryInstalledChaincode',
      [lifecycle.QueryInstalledChaincodeArgsSchema, { packageId }],
      lifecycle.QueryInstalledChaincodeResultSchema,
    );
    expect(references).toMatchObject({ main: { chaincodes: [{ name: 'asset', version: '1.0' }] } });
  });

  it.each([
    [{ sequence: 0n }, 'currently defined sequence 1 is larger than requested sequence 0'],
    [{ sequence: 3n }, 'requested sequence 3 is larger than the next available sequence number 2'],
    [{}, 'attempted to redefine the current committed sequence (1) for namespace asset'],
    [
      { version: '2' },
      "namespace asset with different parameters: expected Version '1.0' does not match passed Version '2'",
    ],
    [{ initRequired: true }, "expected InitRequired 'false' does not match passed InitRequired 'true'"],
    [{ name: 'other', sequence: 0n }, 'requested sequence is 0, but first definable sequence number is 1'],
    [{ name: 'a b' }, "error validating chaincode definition: invalid chaincode name 'a b'"],
    [{ name: 'qscc' }, "chaincode name 'qscc' is the name of a system chaincode"],
    [{ version: '' }, "invalid chaincode version ''"],
    [
      { collections: { config: [{ payload: { case: 'staticCollectionConfig', value: { name: 'c' } } }] } },
      'private data collections are not emulated',
    ],
  ])('approves no %o', async (changes, message) => {
    expect(await details(approve('org1', packageId, changes))).toContain(message);
  });

  it('commits nothing twice, and the next sequence only', async () => {
    const message = 'requested sequence is 1, but new definition must be sequence 2';
    expect(await details(commit(['Org1MSP', 'Org2MSP']))).toContain(message);
    await expect(readiness()).rejects.toThrow(message);
  });

  it('keeps packages and approvals over a restart', async () => {
    disconnect();
    await network.stop();
    network = await startNetwork();
    expect(network.ledger('main').approvedPackage('Org1MSP', 'asset')).toBe(packageId);
    expect(network.ledger('main').approvedPackage('Org3MSP', 'asset')).toBe('');
    expect(network.ledger('main').approvedPackage('Org3MSP', 'other')).toBeNull();
    await network.chaincodeReady('main', 'asset');
    const value = await contract('org2', 'asset', 'User1').evaluateTransaction('read', 'k');
    expect(Buffer.from(value).toString()).toBe('v');
  });

  it('leaves a definition that no organisation approves any more', async () => {
    await approve('org1', packageId, { version: '2', sequence: 2n });
    await approve('org2', packageId, { version: '2', sequence: 2n });
    await commit(['Org1MSP', 'Org2MSP'], { version: '2', sequence: 2n });
    expect(network.ledger('main').approvedPackage('Org3MSP', 'asset')).toBeNull();
    const value = await contract('org1', 'asset', 'User1').evaluateTransaction('read', 'k');
    expect(Buffer.from(value).toString()).toBe('v');
  });

  it('says of functions and arguments that it does not have', async () => {
    const lifecycleContract = contract('org1');
    await expect(lifecycleContract.evaluateTransaction('Invent', '')).rejects.toThrow(
      'Unmapped policy for _lifecycle/Invent',
    );
    await expect(lifecycleContract.evaluateTransaction('QueryChaincodeDefinitions')).rejects.toThrow(
      'lifecycle scc operations require exactly two arguments but received 1',
    );
  });
});
