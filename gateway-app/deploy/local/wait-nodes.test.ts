import { create, type DescMessage, type DescMethodUnary, type MessageInitShape } from '@bufbuild/protobuf';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CotraceError } from '@cotrace/core';
import type { ClientContext } from '../../client/client-config.js';
import { Connections } from '../../client/connections.js';
import type { Consortium, ConsortiumNode } from '../../consortium/consortium.js';
import { unanswered } from '../../testing/fake-network.js';
import { addressed } from '../../testing/masters-in-process.js';
import { peerWithLedger } from '../../testing/peer-ledger.js';
import { TestNetwork } from '../../testing/test-network.js';
import { Workspace, writeJson } from '../../workspace/workspace.js';
import { writeClients } from '../write-clients.js';
import { Starter } from './starter.js';
import { waitForNodes } from './wait-nodes.js';

const SERVICES = { master: 'Master', business: 'Business', client: 'none' };

let network: TestNetwork;
let workspace: Workspace;
let consortium: Consortium;
let asked: string[];
let clients: string[];
let closed: number;

beforeAll(async () => {
  network = await TestNetwork.create({ organisations: 2, domains: ['goods'] });
  workspace = new Workspace(network.folder('home'));
  consortium = addressed(network);
  writeJson(workspace.consortium, consortium);
  writeClients(workspace, network.topology, network.layout);
});

beforeEach(() => {
  [asked, clients, closed] = [[], [], 0];
});

afterAll(() => network.remove());

/** What a node says when it is asked, one after the other, the last for good: its height, or an error. */
type Said = readonly (bigint | CotraceError)[];
const AWAY = new CotraceError('UNREACHABLE', 'nobody listens');

/** Waits for nodes that say, by their names, what `said` has, or height 5. */
function wait(
  said: Readonly<Record<string, Said>>,
  patience?: number,
  { topology }: Pick<TestNetwork, 'topology'> = network,
): Promise<void> {
  const connect = (client: ClientContext) => {
    clients.push(client.organisation.name);
    const peer = peerWithLedger(() => null);
    return new Connections(client, { peer, node: callerOf, close: () => (closed += 1) });
  };
  const callerOf = ({ name, role }: ConsortiumNode) => ({
    stream: unanswered as never,
    call: <I extends DescMessage, O extends DescMessage>({ parent, output }: DescMethodUnary<I, O>) => {
      expect(parent.name).toBe(SERVICES[role]);
      const { [name]: answers = [5n] } = said;
      const answer = answers[asked.filter((other) => other === name).length] ?? answers.at(-1);
      asked.push(name);
      return answer instanceof CotraceError
        ? Promise.reject(answer)
        : Promise.resolve(create(output, { height: answer } as unknown as MessageInitShape<O>));
    },
  });
  const starter = new Starter(workspace, () => undefined);
  return waitForNodes(workspace, topology, consortium, starter, patience, connect);
}

describe('waiting for the nodes', () => {
  it("lasts until each has the height that the first one had, as the first organisation's client", async () => {
    await wait({ 'org1.master': [AWAY, 5n], 'org2.master': [4n, 6n], 'org2.goods': [3n, AWAY, 5n] }, 3000);
    expect(asked).toEqual([
      ...['org1.master', 'org1.master', 'org1.goods'],
      ...['org2.master', 'org2.master', 'org2.goods', 'org2.goods', 'org2.goods'],
    ]);
    expect([clients, closed]).toEqual([['org1'], 1]);
  });

  it('is not for nodes of others than the organisations that are named', async () => {
    const organisations = network.topology.organisations.slice(1);
    await wait({ 'org1.master': [AWAY] }, 0, { topology: { ...network.topology, organisations } });
    expect(asked).toEqual(['org2.master', 'org2.goods']);
    expect(clients).toEqual(['org2']);
  });

  it.each([
    ['stays behind', 4n],
    ['does not answer', AWAY],
  ])('ends where one %s', async (_, answer) => {
    await expect(wait({ 'org2.goods': [answer] }, 0)).rejects.toMatchObject({
      code: 'NOT_READY',
      detail: { process: 'org2.goods' },
    });
    expect(closed).toBe(1);
  });

  it('ends at once where one refuses to answer', async () => {
    const refusal = new CotraceError('UNKNOWN_CALLER', 'you may not ask');
    await expect(wait({ 'org1.goods': [refusal] }, 3000)).rejects.toBe(refusal);
    expect([asked, closed]).toEqual([['org1.master', 'org1.goods'], 1]);
  });
});
