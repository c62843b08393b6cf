import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defaultTopology, type Topology } from '@cotrace/network';
import { adoptTopology, readNetworkTopology } from './topology-file.js';
import { Workspace, writeJson } from './workspace.js';

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

/** A consortium file of the network that a topology describes, without nodes. */
function consortiumOfTopology({ channels, checkingHeight, domains, organisations }: Topology): object {
  const channel = (name: string) => ({ name, genesisHeaderHash: '00'.repeat(32) });
  return {
    version: 2,
    channels: { main: channel(channels.main), checking: channel(channels.checking) },
    checkingHeight,
    domains,
    organisations: organisations.map(({ name, mspId }, i) => ({
      name,
      mspId,
      peer: { address: `localhost:${7051 + i}`, serverName: null },
      tlsRoots: '-----BEGIN CERTIFICATE-----',
    })),
    nodes: [],
  };
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

  it('is written down whole, so that a change of one section loses no other', () => {
    adoptTopology(workspace, null);
    const text = readFileSync(workspace.topology, 'utf8');
    expect(text).toContain('domains: [production, processing, distribution, retail]');
    writeFileSync(workspace.topology, text.replace('together', 'separate'));
    expect(adoptTopology(workspace, null).domains).toEqual(defaultTopology().domains);
  });

  it('gains domains, and loses none that the network has', () => {
    const network = consortiumOfTopology(adoptTopology(workspace, null));
    writeJson(workspace.consortium, network);
    const write = (domains: string) => writeFileSync(workspace.topology, `domains: ${domains}\n`);
    write('[veterinary]');
    expect(() => adoptTopology(workspace, null)).toThrow(
      /leaves out production, processing, distribution, retail, .* write domains: \[production, processing, distribution, retail, veterinary\]/,
    );
    write('[veterinary, retail, distribution, processing, production]');
    expect(adoptTopology(workspace, null).domains).toContain('veterinary');
    // As an older release wrote it: the default, in a file that says nothing.
    writeFileSync(workspace.topology, '');
    expect(adoptTopology(workspace, null)).toEqual(defaultTopology());
  });

  it.each([
    ['checkingHeight: 512', /checkingHeight is 512, .* made with 1024/],
    ['quorum: 3', /quorum is 3, .* made with 2/],
    ['channels: { main: trade }', /channels\.main is trade, .* made with main/],
    ['channels: { checking: c }', /channels\.checking is c, .* made with checking/],
  ])('stays the one that everything attested speaks of: %s', (text, message) => {
    writeJson(workspace.consortium, consortiumOfTopology(adoptTopology(workspace, null)));
    writeJson(workspace.trust, { quorum: 2 });
    writeFileSync(workspace.topology, text);
    expect(() => adoptTopology(workspace, null)).toThrow(message);
  });

  it('keeps the organisations of the genesis blocks, and gains others that say so', () => {
    const made = adoptTopology(workspace, null);
    writeJson(workspace.consortium, consortiumOfTopology(made));
    writeJson(workspace.trust, { quorum: 2 });
    const write = (...organisations: readonly object[]) =>
      writeFileSync(workspace.topology, JSON.stringify({ organisations }));
    const [one, two, three] = made.organisations;
    const four = { name: 'org4', mspId: 'Org4MSP', domain: 'org4.example.com' };
    write(one ?? {}, two ?? {});
    expect(() => adoptTopology(workspace, null)).toThrow(/organisations leaves out Org3MSP, .* left: true/);
    write(...made.organisations, four);
    expect(() => adoptTopology(workspace, null)).toThrow(/organisations adds Org4MSP, .* founder: false/);
    write(one ?? {}, two ?? {}, { ...three, left: true }, { ...four, founder: false });
    expect(adoptTopology(workspace, null).organisations).toHaveLength(4);
    // Who has left is in no consortium file any more, and still a founder.
    writeJson(
      workspace.consortium,
      consortiumOfTopology({ ...made, organisations: made.organisations.slice(0, 2) }),
    );
    expect(adoptTopology(workspace, null).organisations).toHaveLength(4);
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
