import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CaptureClient } from '../client/capture.js';
import { DEFAULT_DOMAIN_RULES } from '@cotrace/epcis';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { printed } from '../testing/printed.js';
import { TestConsortium } from '../testing/test-consortium.js';
import { capture } from './capture.js';
import { EXIT, Output } from './output.js';

const event = (bizStep: string, epc: string) => ({
  type: 'ObjectEvent',
  eventTime: '2026-05-01T08:00:00Z',
  eventTimeZoneOffset: '+00:00',
  action: 'OBSERVE',
  bizStep,
  epcList: [epc],
});

const document = JSON.stringify({
  '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  creationDate: '2026-05-01T08:00:00Z',
  epcisBody: { eventList: [event('shipping', 'urn:test:one'), event('destroying', 'urn:test:two')] },
});

describe('cotrace capture', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cotrace-capture-'));
  const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  let consortium: TestConsortium;

  beforeAll(async () => {
    consortium = await TestConsortium.create({ organisations: 2 });
    await consortium.start('org1.master', 'org2.master');
  });

  afterAll(async () => {
    await consortium.close();
    rmSync(folder, { recursive: true, force: true });
    stderr.mockRestore();
  });

  /** Connections to a peer whose ledger is the one that masters attest. */
  function connected() {
    const { height } = consortium.chain;
    const { headerHash } = consortium.chain.block(height - 1n);
    const peer = peerWithLedger(() => ({ height, headerHash }));
    return { connections: consortium.connections({ peer }), height };
  }

  it('says which events fit no rule but that for all others, and where that leads', async () => {
    const { connections, height } = connected();
    const recorded = { status: 'recorded', txId: 'ab', recordId: 'cd', block: height, attempts: 1 } as const;
    const captured = jest.spyOn(CaptureClient.prototype, 'capture').mockResolvedValue(recorded);
    const path = join(folder, 'events.json');
    writeFileSync(path, document);
    const options = { inFlight: 1, rules: DEFAULT_DOMAIN_RULES };
    const { code, text } = await printed(() => capture(connections, [path], options, new Output(false)));
    captured.mockRestore();
    expect(code).toBe(EXIT.done);
    expect(text.split('\n').filter((line) => line.includes('only the rule'))).toEqual([
      expect.stringMatching(/^1 event \(.*events\.json:1\) fits only .*, which leads to distribution; add/),
    ]);
    expect(text).toContain('2 of 2 events recorded');
  });

  it('refuses a file that is not text in UTF-8, and does not read it as something else', async () => {
    const { connections } = connected();
    const path = join(folder, 'latin.json');
    writeFileSync(path, document.replace('urn:test:one', 'urn:test:\u00e9'), 'latin1');
    const options = { inFlight: 1, rules: DEFAULT_DOMAIN_RULES };
    const { code, text } = await printed(() => capture(connections, [path], options, new Output(false)));
    const place = document.indexOf('urn:test:one') + 'urn:test:'.length + 1;
    expect([code, text]).toEqual([EXIT.someRefused, expect.stringContaining(`its byte ${place} is wrong`)]);
    expect(text).toContain('0 of 1 events recorded, 0 already recorded, 1 refused');
  });
});
