import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client, status } from '@grpc/grpc-js';
import type { Contract, GatewayError } from '@hyperledger/fabric-gateway';
import { peer, signaturePolicyBytes } from '@cotrace/fabric-model';
import { startAssetNetwork, waitForChaincode, type AssetNetwork } from './testing/asset-network.js';
import { ChaincodeProcess } from './testing/chaincode-process.js';
import { connectGateway, userOf } from './testing/gateway-client.js';
import { peersOf } from './testing/policies.js';

interface Seen {
  readonly code: number;
  readonly text: string;
  readonly details: readonly { readonly mspId: string; readonly message: string }[];
}

/** What a client sees of a failure. */
async function failureOf(attempt: Promise<unknown>): Promise<Seen> {
  try {
    await attempt;
  } catch (error) {
    const { code, details, cause } = error as GatewayError;
    const seen = details.map(({ mspId, message }) => ({ mspId, message }));
    return { code, text: (cause as unknown as { details: string }).details, details: seen };
  }
  throw new Error('it succeeded');
}

// Processes start here, on machines that may be busy.
jest.setTimeout(60_000);

describe('failures as a client of the gateway sees them', () => {
  let asset: AssetNetwork;
  let contract: Contract;

  beforeAll(async () => {
    asset = await startAssetNetwork({ startupTimeout: 300, executeTimeout: 3000 });
    ({ contract } = asset);
  });

  afterAll(() => asset.close());

  const contractOf = (channel: string, name: string): Contract =>
    asset.connection.gateway.getNetwork(channel).getContract(name);

  it('of the contract, when evaluated: UNKNOWN, its message and the peer', async () => {
    expect(await failureOf(contract.evaluateTransaction('read', 'nothing'))).toEqual({
      code: status.UNKNOWN,
      text: 'evaluate call to endorser returned error: chaincode response 500, the asset nothing does not exist',
      details: [{ mspId: 'Org1MSP', message: 'chaincode response 500, the asset nothing does not exist' }],
    });
  });

  it('of the contract, when submitted: ABORTED by the first endorser', async () => {
    expect(await failureOf(contract.submitTransaction('fail', 'not today'))).toEqual({
      code: status.ABORTED,
      text: 'failed to endorse transaction, see attached details for more info',
      details: [{ mspId: 'Org1MSP', message: 'chaincode response 500, not today' }],
    });
  });

  it('of a chaincode that is not defined: no plan can be made', async () => {
    const text =
      'no combination of peers can be derived which satisfy the endorsement policy: ' +
      'No metadata was found for chaincode nobody in channel main';
    expect(await failureOf(contractOf('main', 'nobody').submitTransaction('x'))).toEqual({
      code: status.FAILED_PRECONDITION,
      text,
      details: [],
    });
    expect(await failureOf(contractOf('main', 'nobody').evaluateTransaction('x'))).toMatchObject({
      code: status.FAILED_PRECONDITION,
      text: 'no peers available to evaluate chaincode nobody in channel main',
    });
  });

  it('of names that every object has', async () => {
    expect(await failureOf(contractOf('main', 'constructor').evaluateTransaction('x'))).toMatchObject({
      text: 'no peers available to evaluate chaincode constructor in channel main',
    });
    const call = contract.evaluateTransaction('call', 'toString', '', JSON.stringify(['x']));
    expect((await failureOf(call)).text).toContain('chaincode toString not found');
  });

  it('of a channel that does not exist', async () => {
    expect(await failureOf(contractOf('nowhere', 'asset').evaluateTransaction('x'))).toMatchObject({
      code: status.UNAVAILABLE,
      text: 'failed to get config for channel [nowhere]: could not get last config for channel nowhere',
    });
    expect(await failureOf(contractOf('nowhere', 'asset').submitTransaction('x'))).toMatchObject({
      code: status.FAILED_PRECONDITION,
    });
  });

  it('of organisations that have no such peer', async () => {
    const attempt = contract.submit('put', {
      arguments: ['k', 'v'],
      endorsingOrganizations: ['Org1MSP', 'Org9MSP'],
    });
    expect(await failureOf(attempt)).toMatchObject({
      code: status.UNAVAILABLE,
      text: 'failed to find any endorsing peers for org(s): Org9MSP',
    });
  });

  it('of a client whose key is not that of its certificate', async () => {
    const { sign } = userOf(asset.network, 'org1', 'Admin');
    const impostor = connectGateway(asset.network, 'org1', { ...userOf(asset.network, 'org1'), sign });
    const denied = 'error validating proposal: access denied: channel [main] creator org [Org1MSP]';
    try {
      const target = impostor.gateway.getNetwork('main').getContract('asset');
      expect(await failureOf(target.evaluateTransaction('caller'))).toEqual({
        code: status.FAILED_PRECONDITION,
        text: `evaluate call to endorser returned error: ${denied}`,
        details: [{ mspId: 'Org1MSP', message: denied }],
      });
      expect(await failureOf(target.submitTransaction('caller'))).toMatchObject({
        code: status.ABORTED,
        details: [{ mspId: 'Org1MSP', message: denied }],
      });
    } finally {
      impostor.close();
    }
  });

  it('of a client that claims another organisation', async () => {
    const own = userOf(asset.network, 'org1');
    const stranger = connectGateway(asset.network, 'org1', { ...own, mspId: 'Org2MSP' });
    try {
      const target = stranger.gateway.getNetwork('main').getContract('asset');
      expect((await failureOf(target.evaluateTransaction('caller'))).text).toContain(
        'access denied: channel [main]',
      );
    } finally {
      stranger.close();
    }
  });

  it('of a transaction id that was used before', async () => {
    const proposal = contract.newProposal('put', { arguments: ['twice', '1'] });
    const transaction = await proposal.endorse();
    await (await transaction.submit()).getStatus();
    const again = await failureOf(proposal.evaluate());
    expect(again.code).toBe(status.FAILED_PRECONDITION);
    expect(again.text).toContain(`duplicate transaction found [${proposal.getTransactionId()}]. Creator [`);
  });

  it('of a transaction that is submitted twice: the second has the status of the first', async () => {
    const transaction = await contract.newProposal('put', { arguments: ['again', '1'] }).endorse();
    const first = await (await transaction.submit()).getStatus();
    const second = await (await transaction.submit()).getStatus();
    expect(second).toEqual(first);
    const { height } = asset.network.ledger('main');
    await contract.submitTransaction('put', 'after', '1');
    const block = await asset.network.ledger('main').block(height - 1n);
    const codes = block?.transactions.map(({ code }) => code);
    expect([[peer.TxValidationCode.DUPLICATE_TXID], [peer.TxValidationCode.VALID]]).toContainEqual(codes);
  });

  it('of an envelope that nobody of the channel signed: refused by the orderer', async () => {
    const transaction = await contract.newProposal('put', { arguments: ['k', 'v'] }).endorse();
    const forged = asset.connection.gateway.newSignedTransaction(
      transaction.getBytes(),
      Buffer.from('no signature'),
    );
    expect(await failureOf(forged.submit())).toMatchObject({
      code: status.ABORTED,
      text:
        'received unsuccessful response from orderer: status=FORBIDDEN, info=implicit policy evaluation failed - ' +
        "0 sub-policies were satisfied, but this policy requires 1 of the 'Writers' sub-policies to be satisfied: " +
        'permission denied',
    });
  });

  it('of endorsers that disagree: ABORTED with who differs', async () => {
    const other = await ChaincodeProcess.start('differ:1');
    try {
      await asset.network.deploy({
        channel: 'main',
        name: 'differ',
        version: '1.0',
        sequence: 1,
        packageId: 'differ:1',
        policy: signaturePolicyBytes(peersOf('Org1MSP', 'Org2MSP')),
        addresses: { org1: other.address },
      });
      await waitForChaincode(asset.network, 'main', 'differ');
      expect(await failureOf(contractOf('main', 'differ').submitTransaction('differ', 'x'))).toMatchObject({
        code: status.FAILED_PRECONDITION,
        text:
          'no combination of peers can be derived which satisfy the endorsement policy: ' +
          'required chaincodes are not installed on sufficient peers',
      });
      const third = await ChaincodeProcess.start('differ:1');
      try {
        await asset.network.deploy({
          channel: 'main',
          name: 'differ',
          version: '1.0',
          sequence: 1,
          packageId: 'differ:1',
          policy: signaturePolicyBytes(peersOf('Org1MSP', 'Org2MSP')),
          addresses: { org1: other.address, org2: third.address },
        });
        await waitForChaincode(asset.network, 'main', 'differ');
        expect(await failureOf(contractOf('main', 'differ').submitTransaction('differ', 'x'))).toEqual({
          code: status.ABORTED,
          text: 'failed to collect enough transaction endorsements, see attached details for more info',
          details: [{ mspId: 'Org2MSP', message: 'ProposalResponsePayloads do not match' }],
        });
      } finally {
        await third.kill();
      }
    } finally {
      await other.kill();
    }
  });

  it('of too few endorsements for the policy: the transaction is invalid', async () => {
    const attempt = contract.submitAsync('put', {
      arguments: ['k', 'v'],
      endorsingOrganizations: ['Org1MSP'],
    });
    const result = await (await attempt).getStatus();
    expect(result).toMatchObject({
      successful: false,
      code: peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE,
    });
  });

  it('of a chaincode that takes too long', async () => {
    const { code, details } = await failureOf(contract.submitTransaction('wait', '4000'));
    expect(code).toBe(status.ABORTED);
    expect(details[0]?.message).toMatch(
      /^error in simulation: failed to execute transaction [0-9a-f]{64}: error sending: timeout expired while executing transaction$/,
    );
  });

  it('of a chaincode that calls itself', async () => {
    const attempt = contract.evaluateTransaction('call', 'asset', '', JSON.stringify(['caller']));
    expect((await failureOf(attempt)).text).toMatch(
      /INVOKE_CHAINCODE failed: transaction ID: [0-9a-f]{64}: execute failed: error sending: txid: [0-9a-f]{64}\(main\) exists/,
    );
  });

  it('of a write after a page was read, in Fabric’s own spelling', async () => {
    expect((await failureOf(contract.evaluateTransaction('pageAndWrite', 'x'))).text).toContain(
      'unsuppored transaction. Transaction has already performed a paginated query. Writes are not allowed',
    );
  });

  it('of rich queries and private data, which this state database has not', async () => {
    expect((await failureOf(contract.evaluateTransaction('query', '{}'))).text).toMatch(
      /GET_QUERY_RESULT failed: transaction ID: [0-9a-f]{64}: ExecuteQuery not supported for leveldb/,
    );
    expect((await failureOf(contract.evaluateTransaction('readPrivate', 'secrets', 'k'))).text).toContain(
      'collection main/asset/secrets could not be found',
    );
  });

  it('of a chaincode whose process has died, and of one that never ran; a new process is found again', async () => {
    const other = await ChaincodeProcess.start('mortal:1');
    await asset.deploy('mortal', other);
    await waitForChaincode(asset.network, 'main', 'mortal');
    const mortal = contractOf('main', 'mortal');
    const dying = failureOf(mortal.submitTransaction('wait', '2900'));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await other.kill();
    expect((await dying).details[0]?.message).toContain('error sending: chaincode stream terminated');
    const dead = await failureOf(mortal.evaluateTransaction('caller'));
    expect(dead.text).toBe('failed to evaluate transaction, see attached details for more info');
    expect(dead.code).toBe(status.ABORTED);
    expect(dead.details.map(({ mspId }) => mspId)).toEqual(['Org1MSP', 'Org2MSP', 'Org3MSP']);
    expect(dead.details[0]?.message).toContain(
      'could not launch chaincode mortal:1: connection to mortal:1 failed',
    );
    other.restart();
    await waitForChaincode(asset.network, 'main', 'mortal');
    expect(await mortal.evaluateTransaction('caller')).toBeDefined();
    await other.kill();
  });

  it('of requests that are no requests', async () => {
    const gateway = (name: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const { client } = asset.connection;
        client.makeUnaryRequest(
          `/gateway.Gateway/${name}`,
          (bytes: Buffer) => bytes,
          (bytes) => bytes,
          Buffer.alloc(0),
          (error, value) => (error === null ? resolve(value) : reject(error)),
        );
      });
    for (const [name, details] of [
      ['Evaluate', 'failed to unpack transaction proposal: a signed proposal is required'],
      ['Endorse', 'the proposed transaction must contain a signed proposal'],
      ['Submit', 'a prepared transaction is required'],
      ['CommitStatus', 'a commit status request is required'],
    ] as const) {
      await expect(gateway(name)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT, details });
    }
    expect(asset.connection.client).toBeInstanceOf(Client);
  });
});
