import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { errorOf } from '../testing/codes.js';
import { loadTrust, trustPath } from './trust.js';

const folder = mkdtempSync(join(tmpdir(), 'cotrace-trust-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the trust file', () => {
  it('is the one that is given, or the network’s own, or asked for', () => {
    const own = join(folder, 'trust.json');
    const { code, message, detail } = errorOf(() => trustPath(null, folder));
    expect([code, detail]).toEqual(['USAGE', { path: own }]);
    expect(message).toContain('--trust FILE');
    expect(trustPath('mine.json', folder)).toBe('mine.json');
    writeFileSync(own, '{}');
    expect(trustPath(null, folder)).toBe(own);
    expect(trustPath('mine.json', folder)).toBe('mine.json');
  });

  it('says so where it cannot be read', () => {
    expect(errorOf(() => loadTrust(join(folder, 'nope.json'))).code).toBe('NO_FILE');
  });
});
