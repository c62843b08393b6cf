import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseTopology } from '@cotrace/network';
import { ensureRules } from './capture-rules.js';
import { Workspace } from '../workspace/workspace.js';

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace(mkdtempSync(join(tmpdir(), 'cotrace-rules-')));
});

afterEach(() => rmSync(workspace.root, { recursive: true, force: true }));

const topologyOf = (...domains: readonly string[]) => parseTopology(JSON.stringify({ domains }));

describe('the capture rules of a workspace', () => {
  it('are written where they are missing, and lead to every default domain', () => {
    expect(ensureRules(workspace, parseTopology(''))).toEqual([]);
    expect(existsSync(workspace.captureRules)).toBe(true);
  });

  it('are warned about where they lead to a domain in no case, and stay as they are', () => {
    const text =
      '- { steps: [shipping], domain: retail }\n- { domain: production }\n- { domain: veterinary }\n';
    writeFileSync(workspace.captureRules, text);
    const warnings = ensureRules(workspace, topologyOf('production', 'retail', 'veterinary'));
    expect(warnings).toEqual([
      expect.stringMatching(/no rule of .*capture-rules\.yaml leads to domain veterinary/),
    ]);
    expect(readFileSync(workspace.captureRules, 'utf8')).toBe(text);
  });

  it('are warned about where they are not text', () => {
    writeFileSync(workspace.captureRules, Buffer.from([0xff]));
    expect(ensureRules(workspace, topologyOf('retail'))).toEqual([
      expect.stringMatching(/events cannot be captured: .*capture-rules\.yaml is not text in UTF-8/),
    ]);
  });

  it('are not blamed for an error of our own', () => {
    writeFileSync(workspace.captureRules, '- { domain: retail }\n');
    const topology = { ...topologyOf('retail'), domains: null as unknown as string[] };
    expect(() => ensureRules(workspace, topology)).toThrow(TypeError);
  });

  it('are warned about where they cannot be used', () => {
    writeFileSync(workspace.captureRules, '- { domain: veterinary }\n');
    expect(ensureRules(workspace, topologyOf('retail'))).toEqual([
      expect.stringMatching(/events cannot be captured: .*rules\[0\]\.domain must be "retail"/),
    ]);
  });
});
