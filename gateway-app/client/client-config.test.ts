import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { errorOf } from '../testing/codes.js';
import { fakeConnections, fakeConsortium } from '../testing/fake-network.js';
import { mastersOf, readClientConfig } from './client-config.js';

describe('the masters of a client', () => {
  const consortium = fakeConsortium(3);

  it('are its own organisation’s first, then by name', () => {
    const nodes = [...consortium.nodes].reverse();
    const [, second] = consortium.organisations;
    if (second === undefined) throw new RangeError('there is a second organisation');
    const { context } = fakeConnections({ consortium: { ...consortium, nodes } });
    const names = mastersOf({ ...context, organisation: second }).map(({ name }) => name);
    expect(names).toEqual(['org2.master', 'org1.master', 'org3.master']);
  });

  it('are those with an address', () => {
    const nodes = consortium.nodes.map((node) =>
      node.name === 'org2.master' ? { ...node, address: null } : node,
    );
    const { context } = fakeConnections({ consortium: { ...consortium, nodes } });
    expect(mastersOf(context).map(({ name }) => name)).toEqual(['org1.master', 'org3.master']);
  });

  it('are missed where there is none', () => {
    const nodes = consortium.nodes.filter(({ role }) => role !== 'master');
    const { context } = fakeConnections({ consortium: { ...consortium, nodes } });
    expect(() => mastersOf(context)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });
});

describe('a client’s configuration', () => {
  const whole = { consortium: 'consortium.json', mspId: 'Org1MSP', mspDir: '../msp', tlsDir: '/keys/tls' };
  const folder = mkdtempSync(join(tmpdir(), 'cotrace-client-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function read(settings: object) {
    const path = join(folder, 'client.json');
    writeFileSync(path, JSON.stringify(settings));
    return readClientConfig(path);
  }

  it('has paths from its own folder', () => {
    expect(read(whole)).toEqual({
      consortium: join(folder, 'consortium.json'),
      mspId: 'Org1MSP',
      mspDir: join(folder, '..', 'msp'),
      tlsDir: '/keys/tls',
    });
  });

  it.each(Object.keys(whole))('needs %s', (name) => {
    const { code, message } = errorOf(() => read({ ...whole, [name]: undefined }));
    expect([code, message]).toEqual(['CONFIG', expect.stringContaining(name)]);
  });

  it('has nothing that is not known', () => {
    const { code, message } = errorOf(() => read({ ...whole, mspFolder: 'msp' }));
    expect([code, message]).toEqual(['CONFIG', expect.stringContaining('mspFolder')]);
  });
});
