import { create } from '@bufbuild/protobuf';
import { loadTls } from '@cotrace/network';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Consortium } from '../consortium/consortium.js';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { unary } from '../node/rpc-method.js';
import { codeOf } from '../testing/codes.js';
import { TestNetwork } from '../testing/test-network.js';
import { TestRpc } from '../testing/test-rpc.js';
import { NodeCallers } from './node-callers.js';

let network: TestNetwork;
let server: TestRpc;
let callers: NodeCallers;

beforeAll(async () => {
  network = await TestNetwork.create({ organisations: 2, domains: ['goods'] });
  const status = unary(Master.method.status, { bytes: 1000, elements: 10 }, (_request, { name }) =>
    create(Master.method.status.output, { reason: `to ${name}` }),
  );
  server = await TestRpc.start(network, [status]);
});

afterAll(async () => {
  server.close();
  await network.remove();
});

beforeEach(() => {
  callers = new NodeCallers(network.consortium, loadTls(server.known));
});

afterEach(() => callers.close());

/** A node of the consortium, at the address of the one that listens. */
function nodeOf({ nodes }: Consortium, name: string) {
  const node = nodes.find((candidate) => candidate.name === name);
  if (node === undefined) throw new RangeError(`there is no ${name}`);
  return { ...node, address: `localhost:${server.port}` };
}
const ask = (name: string) => callers.of(nodeOf(network.consortium, name)).call(Master.method.status, {});

describe('connections to the nodes of a consortium', () => {
  it('are made with the own certificate, to the node that has the one of the consortium file', async () => {
    expect(await ask('org1.master')).toMatchObject({ reason: 'to org2.client' });
    expect(await codeOf(() => ask('org2.master'))).toBe('UNREACHABLE');
    expect(await codeOf(() => ask('org1.goods'))).toBe('UNREACHABLE');
  });

  it('are one a node', () => {
    const [master, business] = ['org1.master', 'org1.goods'].map((name) => nodeOf(network.consortium, name));
    if (master === undefined || business === undefined) throw new RangeError('there are two');
    expect(callers.of(master)).toBe(callers.of({ ...master }));
    expect(callers.of(business)).not.toBe(callers.of(master));
  });

  it('are not made to a node of an organisation that the consortium does not have', async () => {
    const node = { ...nodeOf(network.consortium, 'org1.master'), name: 'other.master', mspId: 'OtherMSP' };
    expect(await codeOf(() => callers.of(node))).toBe('CONFIG');
  });

  it('are closed, all of them, in the end', async () => {
    const clients = ['org1.master', 'org1.goods'].map((name) => callers.of(nodeOf(network.consortium, name)));
    callers.close();
    for (const client of clients) {
      await expect(client.call(Master.method.status, {})).rejects.toThrow('shut down');
    }
  });
});
