import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEpcisFile } from '@cotrace/epcis';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { freePorts } from '../../gateway-app/testing/free-ports.js';
import type { TraceAnswer } from '../acceptance/answers.js';
import { Cotrace } from '../acceptance/cotrace.js';
import { repository } from '../architecture/sources.js';
import { LedgerView } from '../faults/ledger-view.js';
import { examplesOf } from '../readme/examples.js';
import { runExample } from '../readme/run-example.js';

// The first example starts a network, on a machine that may be busy.
jest.setTimeout(120_000);

/** The address of a chaincode service in the document; another port may have to do here. */
const PORT = /\b9997\b/g;
const FLOUR = 'https://id.gs1.org/01/09521234001027/10/FLOUR-1';

describe('examples/README.md', () => {
  const examples = examplesOf(readFileSync(join(repository, 'examples/README.md'), 'utf8'));
  // A copy, as a reader makes one: what an example needs is in its folder, or in a package.
  const folder = mkdtempSync(join(tmpdir(), 'cotrace-examples-'));
  const cotrace = new Cotrace(join(folder, '.cotrace'));
  let port: string;

  beforeAll(async () => {
    cpSync(join(repository, 'examples'), join(folder, 'examples'), { recursive: true });
    symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
    [port = ''] = (await freePorts(1)).map(String);
  });

  afterAll(async () => {
    const { code } = await cotrace.run('network', 'down', '--purge');
    rmSync(folder, { recursive: true, force: true });
    expect(code).toBe(0);
  });

  it.each(examples.slice(0, -1))('shows in line $line what happens', ({ line, commands, output }) => {
    const here = (text: string) => text.replaceAll(PORT, port);
    runExample({ line, commands: here(commands), output: output === null ? null : here(output) }, folder);
  });

  it('has a plain client that gives the right hints', async () => {
    const view = new LedgerView(cotrace.home);
    try {
      const links = await view.trace(FLOUR, 'distribution');
      expect(links.map(({ ver, wrongHint }) => [ver, wrongHint])).toEqual([
        [2, false],
        [1, false],
      ]);
    } finally {
      view.close();
    }
    const { value } = await cotrace.json<TraceAnswer>('trace', FLOUR, '--up');
    expect([value.events.length, value.complete, value.brokenChains]).toEqual([4, true, []]);
  });

  it.each(['shipping', 'receiving'])('has a plain record that is what the library makes: %s', (name) => {
    const path = join(repository, `examples/plain-client/${name}.json`);
    const record = JSON.parse(readFileSync(path, 'utf8')) as { data: unknown };
    const [event] = readEpcisFile(JSON.stringify(record.data), 'event').events;
    expect(event?.result).toMatchObject({ ok: true, domain: 'distribution', record });
  });

  it('ends as it says', () => {
    const [last] = examples.slice(-1);
    if (last === undefined) throw new RangeError('no examples');
    runExample(last, folder);
  });
});

describe('the plain client', () => {
  it.each(readdirSync(join(repository, 'examples/plain-client')).filter((name) => name.endsWith('.mjs')))(
    'knows no code of Cotrace: %s',
    (name) => {
      const text = readFileSync(join(repository, 'examples/plain-client', name), 'utf8');
      expect([...text.matchAll(/from '([^']+)'/g)].length).toBeGreaterThan(0);
      expect(text).not.toMatch(/@cotrace|\.\.\//);
    },
  );
});
