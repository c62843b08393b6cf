import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { create, toBinary } from '@bufbuild/protobuf';
import { common } from '@cotrace/fabric-model';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { GatewayError, type Network } from '@hyperledger/fabric-gateway';
import type { Connections } from '../client/connections.js';
import { until } from '../testing/test-business-node.js';
import { TestConsortium } from '../testing/test-consortium.js';
import { definition, put } from '../testing/transactions.js';
import { nodes, type NodeRow } from './nodes.js';
import { Output } from './output.js';

jest.setTimeout(60_000);

const MASTERS = ['org1.master', 'org2.master', 'org3.master'];

// Nodes log as they start.
const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
let consortium: TestConsortium;
let connections: Connections;
/** Blocks of the ledger of the client's peer; null while that is away. */
let ledger: bigint | null;

beforeAll(async () => {
  consortium = await TestConsortium.create({ domains: ['goods'] });
  const { chain, network } = consortium;
  chain.add([definition(network, 'goods')]);
  chain.add([put(network, 'goods', { a: '1' })]);
  await consortium.start(...MASTERS, 'org1.goods', 'org2.goods', 'org3.goods');
  connections = consortium.connections();
  Object.defineProperty(connections, 'main', { get: peerOfClient });
});

afterAll(async () => {
  await consortium.close();
  stderr.mockRestore();
});

/** The channel as the peer of a client answers for it. */
function peerOfClient(): Network {
  const evaluate = () => {
    if (ledger !== null) {
      return Promise.resolve(
        toBinary(common.BlockchainInfoSchema, create(common.BlockchainInfoSchema, { height: ledger })),
      );
    }
    const cause: ServiceError = Object.assign(new Error('No connection established'), {
      code: status.UNAVAILABLE,
      details: 'No connection established',
      metadata: new Metadata(),
    });
    return Promise.reject(new GatewayError({ code: status.UNAVAILABLE, details: [], cause }));
  };
  return {
    getName: () => 'main',
    getContract: () => ({ newProposal: () => ({ evaluate }), evaluateTransaction: evaluate }),
  } as unknown as Network;
}

/** What `cotrace nodes` says, and its exit code. */
async function asked(json: boolean): Promise<{ code: number; text: string }> {
  let text = '';
  const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    return { code: await nodes(connections, new Output(json)), text };
  } finally {
    stdout.mockRestore();
  }
}

/** The state and lag of each node, and the exit code, once `name` is in `state`. */
async function once(name: string, state: string) {
  let rows: readonly (Pick<NodeRow, 'name' | 'state'> & { readonly lag: string | null })[] = [];
  let code = -1;
  await until(
    async () => {
      const said = await asked(true);
      code = said.code;
      rows = JSON.parse(said.text) as typeof rows;
      return rows.some((row) => row.name === name && row.state === state);
    },
    () => JSON.stringify(rows),
  );
  return { code, of: new Map(rows.map((row) => [row.name, [row.state, row.lag]])) };
}

describe('cotrace nodes', () => {
  it('is content with a network whose nodes all follow the ledger', async () => {
    ledger = consortium.chain.height;
    for (const name of [...MASTERS, 'org1.goods', 'org2.goods', 'org3.goods']) await once(name, 'following');
    expect(await once('org1.master', 'following')).toMatchObject({ code: 0 });
  });

  it('is not while the own peer is away, and says so', async () => {
    ledger = null;
    const { code, text } = await asked(false);
    expect([code, text]).toEqual([1, expect.stringContaining('lag is unknown: the peer of org1 is away')]);
  });

  it('takes a ledger with fewer blocks than nodes have for one that was rolled back', async () => {
    ledger = consortium.chain.height - 1n;
    const { code, of } = await once('org2.goods', 'rolled back');
    expect([code, of.get('org2.goods'), of.get('org1.master')]).toEqual([
      1,
      ['rolled back', '-1'],
      ['rolled back', '-1'],
    ]);
  });

  it('waits for a peer that has a block a little later than the nodes of others', async () => {
    ledger = consortium.chain.height - 1n;
    const later = setTimeout(() => (ledger = consortium.chain.height), 200);
    const { code } = await asked(true);
    clearTimeout(later);
    expect(code).toBe(0);
  });

  it('names who is away, and what that leaves no quorum of', async () => {
    ledger = consortium.chain.height;
    await consortium.stop('org2.master');
    expect((await once('org2.master', 'away')).code).toBe(1);
    expect((await asked(false)).text).not.toContain('no quorum');
    await consortium.stop('org3.master');
    await once('org3.master', 'away');
    const { code, text } = await asked(false);
    expect(code).toBe(1);
    expect(text).toContain('no quorum: masters of 2 organisations must follow and 1 do; org2.master is away');
  });
});
