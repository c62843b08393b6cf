import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defaultTopology } from '@cotrace/network';
import { adoptTopology, readNetworkTopology } from './topology-file.js';
import { Workspace } from './workspace.js';

let folder: string;
let workspace: Workspace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-topology-'));
  workspace = new Workspace(join(folder, 'home'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(folder, 'given.yaml');
  writeFileSync(path, text);
  return path;
}

describe('the topology of a workspace', () => {
  it('is not adopted where the network cannot be run', () => {
    const refusal = new Error('needs Fabric 3.x');
    const refuse = () => {
      throw refusal;
    };
    const path = file('orderer: { consensus: bft }\n');
    expect(() => adoptTopology(workspace, path, refuse)).toThrow(refusal);
    expect(readNetworkTopology(workspace)).toBeNull();
    adoptTopology(workspace, path);
    expect(() => adoptTopology(workspace, null, refuse)).toThrow(refusal);
  });

  it('is the default one where none is given at first, and stays so', () => {
    expect(readNetworkTopology(workspace)).toBeNull();
    expect(adoptTopology(workspace, null)).toEqual(defaultTopology());
    expect(readNetworkTopology(workspace)).toEqual(defaultTopology());
    expect(adoptTopology(workspace, null)).toEqual(defaultTopology());
  });

  it('is a copy of the file that is given at first', () => {
    const path = file('domains: [production] # only this one\n');
    expect(adoptTopology(workspace, path).domains).toEqual(['production']);
    rmSync(path);
    expect(adoptTopology(workspace, null).domains).toEqual(['production']);
    expect(readFileSync(workspace.topology, 'utf8')).toContain('only this one');
  });

  it('takes the same topology again, however it is written, and no other one', () => {
    adoptTopology(workspace, file('domains: [production]\n'));
    expect(adoptTopology(workspace, file('{ "domains": ["production"] }')).domains).toEqual(['production']);
    expect(() => adoptTopology(workspace, file('domains: [retail]\n'))).toThrow(
      expect.objectContaining({ code: 'CONFIG' }),
    );
    expect(adoptTopology(workspace, null).domains).toEqual(['production']);
  });

  it('is not made of a file that is wrong', () => {
    expect(() => adoptTopology(workspace, file('domains: []\n'))).toThrow(
      expect.objectContaining({ code: 'TOPOLOGY' }),
    );
    expect(() => adoptTopology(workspace, join(folder, 'none.yaml'))).toThrow(
      expect.objectContaining({ code: 'TOPOLOGY' }),
    );
    expect(readNetworkTopology(workspace)).toBeNull();
  });
});
