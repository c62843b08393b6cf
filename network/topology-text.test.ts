import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { defaultTopology, parseTopology } from './topology.js';
import { completeTopologyText, topologyText } from './topology-text.js';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

const shipped = (name: string) => readFileSync(join(FOLDER, 'topologies', name), 'utf8');

describe('the text of a topology', () => {
  it('is that of topology.yaml for the default network', () => {
    expect(topologyText(defaultTopology())).toBe(readFileSync(join(FOLDER, 'topology.yaml'), 'utf8'));
  });

  it.each([
    ['an empty file', ''],
    ['comments alone', '# mine\n'],
    ['one section', 'domains: [veterinary] # only this one\n'],
    ['a part of a section', 'batch: { timeout: 50ms }\norderer:\n  consensus: bft\n'],
    ['JSON', '{ "domains": ["true", "null"], "quorum": null }'],
    ['a checkpoint', `checking: { checkpoint: { cycle: 7, hash: '${'0'.repeat(64)}' } }\n`],
    ['three orderers', shipped('raft-3.yaml')],
    ['four orderers', shipped('bft-4.yaml')],
    ['a section without a value', 'domains:\nchannels: { main: trade }\n'],
    [
      'five organisations',
      `organisations:\n${[1, 2, 3, 4, 5].map((n) => `  - { name: o${n}, mspId: O${n}, domain: o${n}.example }\n`).join('')}`,
    ],
  ])('says every setting, and none otherwise than the file that it was made of: %s', (_, text) => {
    const complete = completeTopologyText(text, 'given');
    expect(parseTopology(complete)).toEqual(parseTopology(text));
    for (const name of Object.keys(defaultTopology())) {
      expect(complete).toMatch(new RegExp(`^"?${name}"?:`, 'm'));
    }
    for (const [, comment = ''] of text.matchAll(/(# .*)/g)) expect(complete).toContain(comment);
  });

  it('keeps its domains where another section is changed afterwards', () => {
    const complete = completeTopologyText('', 'given').replace('together', 'separate');
    expect(parseTopology(complete).domains).toEqual(defaultTopology().domains);
  });
});
