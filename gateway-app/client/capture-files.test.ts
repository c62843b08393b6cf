import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DEFAULT_DOMAIN_RULES, readEpcisFile } from '@cotrace/epcis';
import { ATTESTED, attestingMasters } from '../testing/attested-ledger.js';
import { epcisDocument, epcisEvent } from '../testing/epcis-documents.js';
import { fakeConnections } from '../testing/fake-network.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { TestConsortium } from '../testing/test-consortium.js';
import { definition } from '../testing/transactions.js';
import { CaptureClient } from './capture.js';
import type { EventOutcome } from './event-outcome.js';
import { captureFiles } from './capture-files.js';
import { keysOf } from './event-keys.js';

describe('what must not overtake each other', () => {
  const keys = (first: object, second: object) => {
    const [a, b] = readEpcisFile(epcisDocument([epcisEvent(first), epcisEvent(second)]), 'test').events.map(
      keysOf,
    );
    return { shared: (a ?? []).filter((key) => b?.includes(key)), count: a?.length };
  };

  it('are events of one identifier, in a domain', () => {
    const shared = keys(
      { eventID: 'urn:event:1' },
      { eventID: 'urn:event:2', eventTime: '2026-05-02T08:00:00Z' },
    );
    expect(shared.shared).toEqual(['trace/distribution/urn:test:one']);
  });

  it('are events of one event id, whatever else they say', () => {
    const shared = keys(
      { eventID: 'urn:event:1', epcList: ['urn:test:one'] },
      { eventID: 'urn:event:1', epcList: ['urn:test:two'] },
    );
    expect(shared.shared).toEqual(['id/urn:event:1']);
  });

  it('are two tellings of one event, with an id or without', () => {
    const { shared, count } = keys({}, {});
    expect(shared.map((key) => key.split('/')[0])).toEqual(['trace', 'hash']);
    expect(count).toBe(2);
  });
});

describe('a capture that is interrupted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cotrace-capture-'));
  let consortium: TestConsortium;

  beforeAll(async () => {
    consortium = await TestConsortium.create({ organisations: 2 });
  });

  afterAll(async () => {
    await consortium.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells what was under way from what was never tried', async () => {
    const path = join(folder, 'events.json');
    const ids = Array.from({ length: 20 }, (_, i) => ({ epcList: [`urn:test:${i}`] }));
    writeFileSync(path, epcisDocument(ids.map(epcisEvent)));
    const interrupt = new AbortController();
    const logged: EventOutcome[] = [];
    const said: string[] = [];
    const { outcomes } = await captureFiles(
      consortium.connections(),
      [path],
      { inFlight: 3, rules: DEFAULT_DOMAIN_RULES },
      interrupt.signal,
      {
        progress: (line) => {
          said.push(line);
          // Nobody is there: the first attempts have failed and are to be tried again.
          if (line.startsWith('retrying')) interrupt.abort();
        },
        outcome: (outcome) => logged.push(outcome),
      },
    );
    const count = (status: EventOutcome['status']) => outcomes.filter((one) => one.status === status);
    expect(count('failed').map(({ code }) => code)).toEqual(['INTERRUPTED', 'INTERRUPTED', 'INTERRUPTED']);
    expect(count('not tried').map(({ attempts }) => attempts)).toEqual(new Array(17).fill(0));
    expect(logged).toEqual(count('failed'));
    expect(said.join('\n')).toMatch(/org1.master: .*org2.master: /);
  });
});

describe('a capture whose ledger is put back to an older copy meanwhile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cotrace-capture-'));
  const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  let consortium: TestConsortium;

  beforeAll(async () => {
    consortium = await TestConsortium.create({ organisations: 2, domains: ['goods'] });
    consortium.chain.add([definition(consortium.network, 'goods')]);
    await consortium.start('org1.master', 'org2.master');
  });

  afterAll(async () => {
    await consortium.close();
    rmSync(folder, { recursive: true, force: true });
    stderr.mockRestore();
  });

  it('does not count as recorded what is on a chain that masters do not attest', async () => {
    const { height } = consortium.chain;
    const attested = consortium.chain.block(height - 1n).headerHash;
    /** What the peer's ledger ends with, at one question after the other. */
    const ends = [attested, new Uint8Array(32)];
    const peer = peerWithLedger(() => ({ height, headerHash: ends.shift() ?? attested }));
    const connections = consortium.connections({ peer });
    const recorded = { status: 'recorded', txId: 'ab', recordId: 'cd', block: height, attempts: 1 } as const;
    const capture = jest.spyOn(CaptureClient.prototype, 'capture').mockResolvedValue(recorded);
    const path = join(folder, 'events.json');
    writeFileSync(path, epcisDocument([epcisEvent({})]));
    const logged: EventOutcome[] = [];
    const { outcomes } = await captureFiles(
      connections,
      [path],
      { inFlight: 1, rules: DEFAULT_DOMAIN_RULES },
      new AbortController().signal,
      { progress: () => undefined, outcome: (outcome) => logged.push(outcome) },
    );
    capture.mockRestore();
    expect(outcomes).toMatchObject([{ status: 'failed', code: 'WRONG_CHAIN' }]);
    expect(logged.map(({ status }) => status)).toEqual(['recorded', 'failed']);
  });
});

describe('a file that cannot be read', () => {
  it('is named before anything is captured', async () => {
    const asked: string[] = [];
    const endorse = () => {
      asked.push('to endorse');
      return Promise.reject(new TypeError('nothing is to be endorsed'));
    };
    const connections = fakeConnections({
      nodes: attestingMasters,
      peer: peerWithLedger(() => ATTESTED, { endorse }),
    });
    const folder = mkdtempSync(join(tmpdir(), 'cotrace-capture-'));
    try {
      const there = join(folder, 'events.json');
      writeFileSync(there, epcisDocument([epcisEvent({})]));
      const missing = join(folder, 'missing.json');
      await expect(
        captureFiles(
          connections,
          [there, missing],
          { inFlight: 1, rules: DEFAULT_DOMAIN_RULES },
          new AbortController().signal,
          { progress: (line) => asked.push(line) },
        ),
      ).rejects.toMatchObject({
        code: 'NO_FILE',
        message: `${missing} cannot be read`,
        detail: { path: missing },
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    expect(asked).toEqual([]);
  });
});
