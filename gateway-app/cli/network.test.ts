import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { networkHealth } from '../deploy/local/status.js';
import { withLock } from '../deploy/lock.js';
import { spoken } from '../testing/printed.js';
import { makeFolder } from '../workspace/folder.js';
import { Workspace } from '../workspace/workspace.js';
import { deploy, down, prepare, status, up } from './network.js';
import { EXIT, Output } from './output.js';

let root: string;
const text = new Output(false);
const json = new Output(true);

beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'cotrace-network-')), 'home');
});

afterEach(() => rmSync(join(root, '..'), { recursive: true, force: true }));

/** In place of work on a network: notes what it is to do, and says something. */
function working() {
  const asked: unknown[] = [];
  const work = async (workspace: Workspace, ...args: unknown[]) => {
    const tell = args.pop() as (line: string) => void;
    asked.push([workspace.root, ...args]);
    tell('at work');
    await Promise.resolve();
  };
  return { asked, work };
}

describe('cotrace network', () => {
  const choice = { topology: 't.yaml', backend: 'fabric' } as const;

  it('up starts the network that is wanted, and says where it is', async () => {
    const { asked, work } = working();
    const done = { code: EXIT.done, said: 'at work\n' };
    const inText = await spoken(() => up(root, choice, text, work));
    expect(inText).toEqual({ ...done, text: `network up in ${root}\n` });
    const inJson = await spoken(() => up(root, choice, json, work));
    expect([inJson.code, JSON.parse(inJson.text)]).toEqual([EXIT.done, { home: root, state: 'up' }]);
    expect(asked).toEqual([
      [root, choice],
      [root, choice],
    ]);
  });

  it('prepare makes the files for stores that are elsewhere, and says where they are', async () => {
    const { asked, work } = working();
    const inText = await spoken(() => prepare(root, 't.yaml', '/stores', text, work));
    expect(inText).toEqual({ code: EXIT.done, said: 'at work\n', text: `network prepared in ${root}\n` });
    const inJson = await spoken(() => prepare(root, null, '/stores', json, work));
    expect([inJson.code, JSON.parse(inJson.text)]).toEqual([EXIT.done, { home: root, state: 'prepared' }]);
    expect(asked).toEqual([
      [root, 't.yaml', '/stores'],
      [root, null, '/stores'],
    ]);
  });

  it('deploy deploys to a network that is prepared', async () => {
    const { asked, work } = working();
    const inText = await spoken(() => deploy(root, text, work));
    expect(inText).toEqual({ code: EXIT.done, said: 'at work\n', text: 'network deployed\n' });
    const inJson = await spoken(() => deploy(root, json, work));
    expect([inJson.code, JSON.parse(inJson.text)]).toEqual([EXIT.done, { home: root, state: 'deployed' }]);
    expect(asked).toEqual([[root], [root]]);
  });
});

describe('cotrace network down', () => {
  /** What a first start has made once it has the lock. */
  async function begin(): Promise<void> {
    const workspace = new Workspace(root);
    makeFolder(workspace);
    await withLock(workspace, () => Promise.resolve());
    mkdirSync(workspace.logs);
  }

  it.each([
    [false, 'nothing was stopped'],
    [true, 'nothing was removed'],
  ])('says that there is no network; purge: %s', async (purge, what) => {
    const inText = await spoken(() => down(root, purge, text));
    expect(inText).toMatchObject({ code: EXIT.done, text: `there is no network in ${root}; ${what}\n` });
    const inJson = await spoken(() => down(root, purge, json));
    expect(JSON.parse(inJson.text)).toEqual({ home: root, state: 'down', purged: false });
  });

  it('says that the data stay, and keeps them', async () => {
    await begin();
    const inText = await spoken(() => down(root, false, text));
    const line = `network down; its data stays in ${root}\n`;
    expect([inText.code, inText.text, existsSync(root)]).toEqual([EXIT.done, line, true]);
    const inJson = await spoken(() => down(root, false, json));
    expect(JSON.parse(inJson.text)).toEqual({ home: root, state: 'down', purged: false });
  });

  it('says that the network is removed, and removes it', async () => {
    await begin();
    const inText = await spoken(() => down(root, true, text));
    const line = `network removed from ${root}\n`;
    expect([inText.code, inText.text, existsSync(root)]).toEqual([EXIT.done, line, false]);
    await begin();
    const inJson = await spoken(() => down(root, true, json));
    expect(JSON.parse(inJson.text)).toEqual({ home: root, state: 'down', purged: true });
  });

  it('says which processes it stops', async () => {
    const stopping = (_workspace: Workspace, _purge: boolean, tell: (line: string) => void) => {
      tell('stopping org1.master');
      return Promise.resolve(true);
    };
    expect((await spoken(() => down(root, false, text, stopping))).said).toBe('stopping org1.master\n');
  });
});

describe('cotrace network status', () => {
  const processes = [
    { name: 'org1.master', running: true, pid: 4711, log: '/logs/org1.master.log' },
    { name: 'org1.chaincode', running: true, pid: 4712, log: '/logs/org1.chaincode.log' },
    { name: 'orderer', running: false, pid: 4713, log: '/logs/orderer.log' },
    { name: 'devnet', running: false, pid: null, log: '/logs/devnet.log' },
  ];
  const health =
    (state: Awaited<ReturnType<typeof networkHealth>>['state']): typeof networkHealth =>
    () =>
      Promise.resolve({ state, processes, silent: ['org1.chaincode'] });

  it('shows each process, whether it runs and answers, and its log', async () => {
    const { code, text: shown } = await spoken(() => status(root, text, health('partly up')));
    expect(code).toBe(EXIT.failed);
    expect(shown.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['network partly up'],
      ['org1.master', 'runs', '4711', '/logs/org1.master.log'],
      ['org1.chaincode', 'does not answer', '4712', '/logs/org1.chaincode.log'],
      ['orderer', 'stopped', '4713', '/logs/orderer.log'],
      ['devnet', 'stopped', '-', '/logs/devnet.log'],
      [''],
    ]);
  });

  it('shows the same as JSON', async () => {
    const { text: shown } = await spoken(() => status(root, json, health('partly up')));
    expect(JSON.parse(shown)).toEqual({ state: 'partly up', processes, silent: ['org1.chaincode'] });
  });

  it('is content only where all is up', async () => {
    expect((await spoken(() => status(root, text, health('up')))).code).toBe(EXIT.done);
    expect(await spoken(() => status(root, text))).toEqual({
      code: EXIT.failed,
      text: 'network down\n',
      said: '',
    });
  });
});
