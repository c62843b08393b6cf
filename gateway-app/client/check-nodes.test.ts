import { writeFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { unary } from '../node/rpc-method.js';
import { codeOf } from '../testing/codes.js';
import {
  fakeConnections,
  fakeConsortium,
  type BusinessAnswers,
  type MasterAnswers,
} from '../testing/fake-network.js';
import { freePorts } from '../testing/free-ports.js';
import { TestNetwork } from '../testing/test-network.js';
import { TestRpc } from '../testing/test-rpc.js';
import { checkProcess, healthOf } from './check-nodes.js';
const consortium = fakeConsortium(3);
const following = { state: 'following', reason: '' };
const master = (height: bigint, more: object = {}): MasterAnswers => ({
  status: () => Promise.resolve({ ...following, height, ledgerHeight: height, ...more }),
});
const business = (height: bigint): BusinessAnswers => ({
  status: () => Promise.resolve({ ...following, height }),
});

/** The health of nodes by name, where others answer so. */
function health(names: readonly string[], nodes: Record<string, MasterAnswers | BusinessAnswers>) {
  const connections = fakeConnections({ consortium, nodes });
  const own = consortium.nodes.filter(({ name }) => names.includes(name));
  return healthOf(own, consortium, (node) => connections.node(node));
}

describe('the health of a process', () => {
  it('is that of its own nodes, beside a quorum of masters', async () => {
    const nodes = { 'org1.master': master(9n), 'org2.master': master(9n), 'org1.goods': business(7n) };
    const { nodes: own, quorum, isWell } = await health(['org1.goods'], nodes);
    expect(own).toMatchObject([
      { node: { name: 'org1.goods' }, state: 'following', height: 7n, behindBlocks: 2n },
    ]);
    expect([quorum, isWell]).toEqual([null, true]);
  });

  it('takes a question to each of them and to every master, one each', async () => {
    const connections = fakeConnections({ consortium });
    const asked: string[] = [];
    const own = consortium.nodes.filter(({ name }) => ['org1.goods', 'org1.master'].includes(name));
    await healthOf(own, consortium, (node) => {
      asked.push(node.name);
      return connections.node(node);
    });
    expect(asked).toEqual(['org1.master', 'org2.master', 'org3.master', 'org1.goods']);
  });

  it('counts a master behind its own peer’s ledger', async () => {
    const nodes = { 'org1.master': master(7n, { ledgerHeight: 9n }), 'org2.master': master(9n) };
    expect((await health(['org1.master'], nodes)).nodes).toMatchObject([{ behindBlocks: 2n }]);
  });

  it('is not well where an own node is away, or no quorum is there', async () => {
    const masters = { 'org1.master': master(9n), 'org2.master': master(9n) };
    expect(await health(['org1.goods'], masters)).toMatchObject({
      nodes: [{ state: 'away', height: null, behindBlocks: null }],
      quorum: null,
      isWell: false,
    });
    const alone = await health(['org1.master'], { 'org1.master': master(9n) });
    expect([alone.quorum, alone.isWell]).toEqual([expect.stringContaining('no quorum'), false]);
  });
});

describe('a check of the nodes of a process file', () => {
  let network: TestNetwork;
  let server: TestRpc;
  /** Ports at which nobody listens. */
  let free: readonly number[];
  /** Stands between, so that it is seen how long connections last. */
  const sockets = new Set<Socket>();
  const between = createServer((socket) => {
    sockets.add(socket);
    const other = connect(server.port, 'localhost');
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
    for (const one of [socket, other]) one.on('error', () => undefined);
    socket.pipe(other).pipe(socket);
  });

  beforeAll(async () => {
    network = await TestNetwork.create({ organisations: 2, domains: ['goods'] });
    const limits = { bytes: 1000, elements: 10 };
    const status = unary(Master.method.status, limits, (_request, { name }) =>
      create(Master.method.status.output, {
        state: 'following',
        height: 7n,
        reason: `to ${name}`,
        ledgerHeight: 9n,
      }),
    );
    server = await TestRpc.start(network, [status]);
    free = await freePorts(network.consortium.nodes.length);
    await new Promise<void>((resolve) => between.listen(0, 'localhost', resolve));
  });

  afterAll(async () => {
    between.close();
    server.close();
    await network.remove();
  });

  /** A process file that names nodes, beside the consortium file; only the first organisation’s master listens. */
  function processFile(...names: readonly string[]): string {
    const { port } = between.address() as AddressInfo;
    const nodes = network.consortium.nodes.map((node, i) =>
      node.role === 'client'
        ? node
        : { ...node, address: `localhost:${node.name === 'org1.master' ? port : (free[i] ?? 0)}` },
    );
    writeFileSync(network.folder('consortium.json'), JSON.stringify({ ...network.consortium, nodes }));
    const path = network.folder('process.json');
    const first = network.layout.master(network.organisation(1));
    const stranger = network.layout.user(network.organisation(1), 'Admin');
    const own = names.map((name, i) => ({
      name,
      mspDir: join(first, 'msp'),
      tlsDir: join(i === 0 ? first : stranger, 'tls'),
      storeDir: network.folder('stores', name),
    }));
    writeFileSync(path, JSON.stringify({ consortium: 'consortium.json', nodes: own }));
    return path;
  }

  it('asks them, and the masters, as the first of them, and leaves no connection behind', async () => {
    const { nodes, quorum, isWell } = await checkProcess(processFile('org1.goods', 'org1.master'));
    expect(nodes).toMatchObject([
      { node: { name: 'org1.goods', role: 'business' }, state: 'away', behindBlocks: null },
      {
        node: { name: 'org1.master' },
        state: 'following',
        height: 7n,
        reason: 'to org2.master',
        behindBlocks: 2n,
      },
    ]);
    expect([quorum, isWell]).toEqual([expect.stringContaining('org2.master is away'), false]);
    const began = performance.now();
    while (sockets.size > 0 && performance.now() - began < 1000) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(sockets.size).toBe(0);
  });

  it('refuses a node that the consortium does not have', async () => {
    expect(await codeOf(() => checkProcess(processFile('org9.master')))).toBe('CONFIG');
    expect(await codeOf(() => checkProcess(network.folder('nothing.json')))).toBe('CONFIG');
  });
});
