import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultTopology } from '@cotrace/network';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Workspace, writeJson } from '../../workspace/workspace.js';
import { chooseBackend, readBackend } from './choose.js';

const { env } = process;

let folder: string;
let workspace: Workspace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-choose-'));
  workspace = new Workspace(join(folder, 'home'));
  process.env = { ...env };
  delete process.env['FABRIC_BIN'];
});

afterEach(() => {
  process.env = env;
  rmSync(folder, { recursive: true, force: true });
});

/** Programs that can be found, and where they are. */
function install(name: string) {
  const [bin, config] = [join(folder, name, 'bin'), join(folder, name, 'config')];
  for (const path of [bin, config]) mkdirSync(path, { recursive: true });
  for (const program of ['peer', 'orderer']) writeFileSync(join(bin, program), '', { mode: 0o755 });
  for (const file of ['core.yaml', 'orderer.yaml']) writeFileSync(join(config, file), '');
  return { bin, binaries: { peer: join(bin, 'peer'), orderer: join(bin, 'orderer'), config } };
}

describe('the backend of a workspace', () => {
  it('is the embedded network where nothing is said', () => {
    const { backend, choice } = chooseBackend(workspace, null);
    expect(choice).toEqual({ backend: 'devnet', binaries: null });
    expect(backend.name).toBe('devnet');
  });

  it('is what is wanted at first, with the programs that there are', () => {
    expect(chooseBackend(workspace, 'devnet').choice.backend).toBe('devnet');
    expect(() => chooseBackend(workspace, 'fabric')).toThrow(expect.objectContaining({ code: 'FABRIC_BIN' }));
    const { bin, binaries } = install('first');
    process.env['FABRIC_BIN'] = bin;
    const { backend, choice } = chooseBackend(workspace, 'fabric');
    expect(choice).toEqual({ backend: 'fabric', binaries });
    expect(backend.name).toBe('fabric');
  });

  it('stays what it is, and another one is refused', () => {
    writeJson(workspace.backend, { backend: 'fabric', binaries: install('first').binaries });
    expect(chooseBackend(workspace, null).backend.name).toBe('fabric');
    expect(chooseBackend(workspace, 'fabric').backend.name).toBe('fabric');
    expect(() => chooseBackend(workspace, 'devnet')).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        detail: { workspace: workspace.root, backend: 'fabric', wanted: 'devnet' },
      }),
    );
  });

  it('keeps the programs of the last start unless others are named', () => {
    const [first, second] = [install('first'), install('second')];
    writeJson(workspace.backend, { backend: 'fabric', binaries: first.binaries });
    expect(chooseBackend(workspace, null).choice.binaries).toEqual(first.binaries);
    process.env['FABRIC_BIN'] = second.bin;
    expect(chooseBackend(workspace, null).choice.binaries).toEqual(second.binaries);
  });

  it('finds its programs where the file of an older start names none', () => {
    writeJson(workspace.backend, { backend: 'fabric' });
    const { bin, binaries } = install('first');
    process.env['FABRIC_BIN'] = bin;
    expect(chooseBackend(workspace, null).choice.binaries).toEqual(binaries);
  });

  it.each([
    [{ backend: 'other' }, 'backend'],
    [{ backend: 'devnet', more: 1 }, 'more'],
    [{ backend: 'fabric', binaries: { peer: '/peer', orderer: '/orderer' } }, 'binaries'],
    [{ backend: 'fabric', binaries: { peer: '/p', orderer: '/o', config: '/c', more: '/m' } }, 'more'],
    [{ backend: 'fabric', binaries: { peer: '/p', orderer: 'orderer', config: '/c' } }, 'orderer'],
  ])('cannot be read from %j', (value, place) => {
    writeJson(workspace.backend, value);
    const error = expect.objectContaining({
      code: 'CONFIG',
      message: expect.stringContaining(place) as unknown,
    }) as unknown as Error;
    expect(() => chooseBackend(workspace, null)).toThrow(error);
    expect(() => readBackend(workspace)).toThrow(error);
  });

  it('tells what runs, without programs of Fabric', () => {
    const processes = () =>
      readBackend(workspace)
        .services(defaultTopology())
        .map(({ process }) => process);
    expect(new Set(processes())).toEqual(new Set(['devnet']));
    writeJson(workspace.backend, { backend: 'devnet' });
    expect(new Set(processes())).toEqual(new Set(['devnet']));
    writeJson(workspace.backend, { backend: 'fabric' });
    expect(processes()).toContain('fabric.peer.org1');
  });
});
