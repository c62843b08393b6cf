import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadTls, type TlsMaterial } from '@cotrace/network';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConsortium } from '../../gateway-app/consortium/read.js';
import { readNetworkState } from '../../gateway-app/deploy/local/network-state.js';
import { stopProcess } from '../../gateway-app/deploy/processes.js';
import { Master } from '../../gateway-app/gen/cotrace/cotrace_pb.js';
import { findNode, findOrganisation, type ProcessConfig } from '../../gateway-app/node/node-config.js';
import { RpcClient } from '../../gateway-app/node/rpc-client.js';
import { codeOf } from '../../gateway-app/testing/codes.js';
import { FALSEHOODS, startFalseMaster, type Falsehood } from '../../gateway-app/testing/false-master.js';
import { freePorts } from '../../gateway-app/testing/free-ports.js';
import { COMMAND } from '../acceptance/cotrace.js';
import { naming, SystemNetwork, type Command } from './network.js';

/** What a command may take longer than usual, in milliseconds. */
const LONGER_MS = 2000;
const FALSE = 'org1.master';

const BROKEN = ['garbage', 'nothing', 'slowly', 'heights of long ago', 'as to a stranger'] as const;
/** The commands that ask masters, and the falsehoods that each names: one that has no bearing on it does no harm. */
const NAMES: Readonly<Record<Exclude<Command, 'state get'>, readonly (keyof typeof FALSEHOODS)[]>> = {
  capture: BROKEN,
  trace: [...BROKEN, 'heights to come'],
  'order place': BROKEN,
  'order verify': [...BROKEN, 'heights to come'],
  nodes: ['garbage', 'nothing', 'slowly', 'as to a stranger'],
};
const MODES = NAMES.trace;

describe('where one of three masters is false', () => {
  const network = new SystemNetwork();
  let aside: Aside;

  beforeAll(async () => {
    await network.up();
    aside = await Aside.start(network);
  });

  afterAll(() => aside.stop());
  afterAll(() => network.scene.remove());

  it.each(MODES)('%s: every command has its answer in time, and names it', async (mode) => {
    try {
      for (const [command, names] of Object.entries(NAMES) as [Command, readonly string[]][]) {
        const { longer, last } = await network.longer(command, LONGER_MS, {
          inTheOther: () => aside.answer({}),
          inThisWay: () => aside.answer(FALSEHOODS[mode]),
        });
        process.stderr.write(`${mode}, ${command}: ${longer} ms longer than usual\n`);
        expect([command, last.code]).toEqual([command, command === 'nodes' ? last.code : 0]);
        if (names.includes(mode)) expect(last.said).toMatch(naming(command, FALSE));
        expect(longer).toBeLessThan(LONGER_MS);
      }
    } finally {
      await aside.answer({});
    }
  });
});

/** The honest master, at another port and in a process of the test; its own port is free for false ones. */
class Aside {
  readonly honest: RpcClient;
  readonly #address: string;
  readonly #tls: TlsMaterial;
  readonly #process: ChildProcess;
  #stopFalse: () => void = () => undefined;

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

  /** Answers in this way from now on, in the master's place. */
  async answer(falsehood: Falsehood): Promise<void> {
    this.#stopFalse();
    const config = { address: this.#address, tls: this.#tls, honest: this.honest };
    this.#stopFalse = await startFalseMaster(config, falsehood);
  }

  async stop(): Promise<void> {
    this.#stopFalse();
    this.honest.close();
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}
