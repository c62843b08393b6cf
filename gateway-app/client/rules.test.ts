import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_DOMAINS } from '@cotrace/core';
import { DEFAULT_DOMAIN_RULES } from '@cotrace/epcis';
import { readRules } from './rules.js';

const folder = mkdtempSync(join(tmpdir(), 'cotrace-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DEFAULTS = DEFAULT_DOMAINS.map(({ name }) => name);

describe('the rules that a capture goes by', () => {
  it('are the default ones where there are no others and the consortium has their domains', () => {
    expect(readRules(null, folder, [...DEFAULTS, 'veterinary'])).toEqual(DEFAULT_DOMAIN_RULES);
  });

  it('are any where no network is known, and the default ones where none are given', () => {
    const path = join(folder, 'ports.yaml');
    writeFileSync(path, '- domain: ports\n');
    expect(readRules(path, folder, null)).toEqual([{ domain: 'ports' }]);
    expect(readRules(null, folder, null)).toEqual(DEFAULT_DOMAIN_RULES);
  });

  it('are asked for where the default ones would lead to a domain that is not there', () => {
    expect(() => readRules(null, folder, ['veterinary'])).toThrow(/lead to domain retail, .* --rules FILE/);
    expect(() => readRules(null, folder, ['veterinary'])).toThrow(
      expect.objectContaining({ code: 'CONFIG' }),
    );
  });

  it('are the network’s own where it has some', () => {
    const home = join(folder, 'home');
    mkdirSync(home);
    writeFileSync(join(home, 'capture-rules.yaml'), '- { domain: fish }\n');
    expect(readRules(null, home, ['fish'])).toEqual([{ domain: 'fish' }]);
  });

  it('are not the default ones where the file that is given is missing', () => {
    expect(() => readRules(join(folder, 'nope.yaml'), folder, DEFAULTS)).toThrow(
      expect.objectContaining({ code: 'NO_FILE' }),
    );
  });

  it('are those of the file that is given', () => {
    const path = join(folder, 'mine.yaml');
    writeFileSync(path, '- { domain: veterinary }\n');
    expect(readRules(path, folder, ['veterinary'])).toEqual([{ domain: 'veterinary' }]);
  });
});
