import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadTls, type TlsMaterial } from '@cotrace/network';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConsortium } from '../../gateway-app/consortium.js';
import { readNetworkState } from '../../gateway-app/deploy/network-state.js';
import { stopProcess } from '../../gateway-app/deploy/processes.js';
import { Master } from '../../gateway-app/gen/cotrace/cotrace_pb.js';
import { findNode, findOrganisation, type ProcessConfig } from '../../gateway-app/node/node-config.js';
import { RpcClient } from '../../gateway-app/node/rpc-client.js';
import { codeOf } from '../../gateway-app/testing/codes.js';
import { FALSEHOODS, startFalseMaster, type Falsehood } from '../../gateway-app/testing/false-master.js';
import { freePorts } from '../../gateway-app/testing/free-ports.js';
import { COMMAND } from '../acceptance/cotrace.js';
import { SystemNetwork, type Command } from './network.js';

/** What a command may take longer than usual, in milliseconds. */
const LONGER_MS = 2000;
const FALSE = 'org1.master';

/** The commands that ask masters, and whether each names the master: one whose lie has no bearing on it does not. */
const NAMES: Readonly<Record<Exclude<Command, 'state get' | 'nodes'>, readonly (keyof typeof FALSEHOODS)[]>> =
  {
    capture: ['garbage', 'nothing', 'slowly', 'heights of long ago', 'as to a stranger'],
    trace: ['garbage', 'nothing', 'slowly', 'heights of long ago', 'heights to come', 'as to a stranger'],
    'order place': ['garbage', 'nothing', 'slowly', 'heights of long ago', 'as to a stranger'],
    'order verify': [
      'garbage',
      'nothing',
      'slowly',
      'heights of long ago',
      'heights to come',
      'as to a stranger',
    ],
  };
const MODES = NAMES.trace;

describe('where one of three masters is false', () => {
  const network = new SystemNetwork();
  const usual = new Map<Command, number>();
  let aside: Aside;

  beforeAll(async () => {
    await network.up();
    for (const command of [...(Object.keys(NAMES) as Command[]), 'nodes' as const]) {
      usual.set(command, (await network.median(command)).milliseconds);
    }
    process.stderr.write(`usual: ${JSON.stringify(Object.fromEntries(usual))}\n`);
    aside = await Aside.start(network);
  });

  afterAll(async () => {
    await aside.stop();
    await network.scene.remove();
  });

  it.each(MODES)('%s: every command has its answer in time, and names it', async (mode) => {
    const stop = await aside.startFalse(FALSEHOODS[mode]);
    try {
      for (const [command, names] of Object.entries(NAMES) as [keyof typeof NAMES, string[]][]) {
        const { code, said, milliseconds } = await network.median(command);
        const longer = Math.round(milliseconds - (usual.get(command) ?? 0));
        process.stderr.write(`${mode}, ${command}: ${longer} ms longer than usual\n`);
        expect([command, code, said.includes(`"node": "${FALSE}"`)]).toEqual([
          command,
          0,
          names.includes(mode),
        ]);
        expect(longer).toBeLessThan(LONGER_MS);
      }
      const nodes = await network.median('nodes');
      expect(nodes.stdout).toContain(FALSE);
      expect(nodes.milliseconds - (usual.get('nodes') ?? 0)).toBeLessThan(LONGER_MS);
    } finally {
      stop();
    }
  });
});

/** The honest master, at another port and in a process of the test; its own port is free for false ones. */
class Aside {
  readonly honest: RpcClient;
  readonly #address: string;
  readonly #tls: TlsMaterial;
  readonly #process: ChildProcess;

  private constructor(address: string, tls: TlsMaterial, honest: RpcClient, process: ChildProcess) {
    this.#address = address;
    this.#tls = tls;
    this.honest = honest;
    this.#process = process;
  }

  static async start(network: SystemNetwork): Promise<Aside> {
    const { workspace } = network;
    const consortium = readConsortium(workspace.consortium);
    const { address, mspId, certificate } = findNode(consortium, FALSE, 'master');
    const config = JSON.parse(
      readFileSync(join(workspace.configs, `${FALSE}.json`), 'utf8'),
    ) as ProcessConfig;
    const [node] = config.nodes;
    if (node === undefined) throw new Error(`the configuration of ${FALSE} has no node`);
    const [port = 0] = await freePorts(1);
    const listen = `localhost:${port}`;
    const path = network.scene.write('aside.json', { ...config, nodes: [{ ...node, listen }] });
    const [entry] = readNetworkState(workspace).processes.filter(({ name }) => name === FALSE);
    if (entry !== undefined) await stopProcess(entry, 10_000);
    const child = spawn(process.execPath, [COMMAND, 'node', path], { stdio: 'ignore' });
    const tls = loadTls(node.tlsDir);
    const { tlsRoots } = findOrganisation(consortium, mspId);
    const honest = new RpcClient(listen, tls, tlsRoots, certificate);
    const aside = new Aside(address, tls, honest, child);
    while ((await codeOf(() => honest.call(Master.method.status, {}))) !== null) await sleep(100);
    return aside;
  }

  startFalse(falsehood: Falsehood): Promise<() => void> {
    return startFalseMaster({ address: this.#address, tls: this.#tls, honest: this.honest }, falsehood);
  }

  async stop(): Promise<void> {
    this.honest.close();
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}
