import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readNetworkState } from '../../gateway-app/deploy/local/network-state.js';
import { readEpcisFile } from '../../epcis/read-documents.js';
import { fabric } from '../acceptance/backend.js';
import { Running } from '../acceptance/cotrace.js';
import { SystemNetwork } from '../system/network.js';
import { LONGER_MS } from '../system/stopped.js';
import { leadingOrderer } from './leading-orderer.js';

jest.setTimeout(600_000);

const RAFT_3 = fileURLToPath(new URL('../../network/topologies/raft-3.yaml', import.meta.url));
/** A client of Fabric's SDK that tries again from the start where an attempt fails. */
const PLAIN_CLIENT = fileURLToPath(new URL('../../examples/plain-client/run.mjs', import.meta.url));

/** How long a process is stopped, in milliseconds: whom Fabric asks meanwhile is chance. */
const STOPPED_MS = process.env['CI_DEEP'] === '1' ? 60_000 : 20_000;

/** A process that is stopped, and how a capture names it that takes long. */
interface Kind {
  readonly name: string;
  readonly choose: (network: SystemNetwork) => string | null;
  readonly named: RegExp;
}

const named = (name: string, text: RegExp): Kind => ({ name, choose: () => name, named: text });
const orderersOf = ({ workspace }: SystemNetwork) =>
  readNetworkState(workspace).processes.filter(({ name }) => /^orderer\d*$/.test(name));
const leaderOf = (network: SystemNetwork) =>
  leadingOrderer(network.workspace, orderersOf(network))?.name ?? null;
const followerOf = (network: SystemNetwork) =>
  orderersOf(network).find(({ name }) => name !== leaderOf(network))?.name ?? null;

// A peer that was stopped is a stranger to the others for a while: peers come last.
const ONE_ORDERER: readonly Kind[] = [
  named('org1.chaincode', /org1/),
  named('org2.chaincode', /org2/i),
  named('orderer', /the ordering service/),
  named('fabric.peer.org2', /org2/i),
  named('fabric.peer.org1', /the peer of org1/),
];
const THREE_ORDERERS: readonly Kind[] = [
  { name: 'an orderer that follows', choose: followerOf, named: /the ordering service/ },
  { name: 'the leading orderer', choose: leaderOf, named: /the ordering service/ },
];

describe.each([
  { on: 'Fabric', flags: fabric.flags, kinds: ONE_ORDERER },
  {
    on: 'Fabric with three orderers',
    flags: [...fabric.flags, '--topology', RAFT_3],
    kinds: THREE_ORDERERS,
  },
])('captures while a process hangs, on $on', ({ flags, kinds }) => {
  const network = new SystemNetwork();
  const say = (text: string) => process.stderr.write(`stopped: ${text}\n`);
  let usual = { capture: 0, plain: 0 };

  beforeAll(async () => {
    await network.up(...flags);
    const runs = [await both(), await both(), await both()];
    const median = (values: number[]) => values.sort((a, b) => a - b)[1] ?? 0;
    usual = {
      capture: median(runs.map(({ capture }) => capture)),
      plain: median(runs.map(({ plain }) => plain)),
    };
    say(`usual ${JSON.stringify(usual)}`);
  });

  afterAll(() => network.scene.remove());

  /** A capture, and a plain client of Fabric's SDK at the same time: how long each took, in milliseconds. */
  async function both() {
    const result = readEpcisFile(readFileSync(network.newEvent(), 'utf8'), 'event').events[0]?.result;
    if (result?.ok !== true) throw new RangeError('not an event');
    const record = network.scene.write('record.json', result.record);
    const began = performance.now();
    const took = () => Math.round(performance.now() - began);
    const args = [network.workspace.client('org1'), result.domain, record];
    const plain = new Running(args, undefined, PLAIN_CLIENT).ended.then(({ code, stderr }) => {
      expect([code, stderr]).toEqual([0, '']);
      return took();
    });
    const ended = await network.start('capture').ended.then((end) => ({ ...end, capture: took() }));
    return { ...ended, plain: await plain };
  }

  // Fabric chooses whom it asks by chance: the longest that each took is how it fails over.
  it.each(kinds)('$name: fails over as Fabric does, and says who is silent', async (kind) => {
    const stopped = kind.choose(network) ?? '';
    const pid = network.pidOf(stopped);
    const longest = { capture: 0, plain: 0 };
    process.kill(pid, 'SIGSTOP');
    const until = Date.now() + STOPPED_MS;
    const resumed = sleep(STOPPED_MS).finally(() => process.kill(pid, 'SIGCONT'));
    try {
      do {
        const { code, capture, plain, stdout, stderr } = await both();
        const longer = { capture: capture - usual.capture, plain: plain - usual.plain };
        say(`${stopped}: longer by ${JSON.stringify(longer)}`);

        expect([code, stdout]).toEqual([0, stdout]);
        if (longer.capture > LONGER_MS) expect(stderr + stdout).toMatch(kind.named);
        longest.capture = Math.max(longest.capture, longer.capture);
        longest.plain = Math.max(longest.plain, longer.plain);
      } while (Date.now() < until);
    } finally {
      await resumed;
    }
    await network.scene.settledNodes();
    expect(longest.capture).toBeLessThan(longest.plain + LONGER_MS);
  });
});
