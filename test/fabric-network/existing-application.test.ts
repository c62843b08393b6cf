import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readEpcisFile } from '@cotrace/gateway-app';
import type { TraceAnswer } from '../acceptance/answers.js';
import { Scene } from '../acceptance/scene.js';
import { connectionProfile, onlyFile, type ProfileSource } from './connection-profile.js';

// A network is started, on a machine that may be busy.
jest.setTimeout(180_000);

const APPLICATION = fileURLToPath(new URL('application/index.js', import.meta.url));

/** What the application prints. */
interface Result {
  readonly captured: readonly {
    readonly recordId: string;
    readonly txId: string;
    readonly traces: readonly { readonly id: string; readonly ver: number }[];
    readonly hints: readonly { readonly preTraceTxId: string | null; readonly preTraceHash: string | null }[];
  }[];
  readonly told: readonly { readonly eventName: string; readonly recordId: string }[];
  readonly refusal: string | null;
  readonly history: readonly { readonly txId: string; readonly row: { readonly ver: number } }[];
  readonly record: { readonly step: string };
}

/** What `network up` is asked for: by default the embedded network. */
const backend = process.env['COTRACE_BACKEND'] ?? 'devnet';

/** Two events of one lot in one domain: the second is chained to the first. */
function events(traceId: string): string {
  const event = (bizStep: string, day: number) => ({
    type: 'ObjectEvent',
    action: bizStep === 'commissioning' ? 'ADD' : 'OBSERVE',
    bizStep,
    eventTime: `2026-05-0${day}T08:00:00+02:00`,
    eventTimeZoneOffset: '+02:00',
    quantityList: [{ epcClass: traceId, quantity: 500, uom: 'KGM' }],
  });
  return JSON.stringify({
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: '2026-05-04T09:00:00Z',
    epcisBody: { eventList: [event('commissioning', 1), event('creating_class_instance', 2)] },
  });
}

describe(`an application written for fabric-network 2.2, on ${backend}`, () => {
  const scene = new Scene();
  const { home } = scene.cotrace;
  const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

  beforeAll(async () => {
    const { code, stderr } = await scene.cotrace.run('network', 'up', '--backend', backend);
    if (code !== 0) throw new Error(stderr);
  });

  afterAll(() => scene.remove());

  async function application(traceId: string, discovery: boolean): Promise<Result> {
    const { mspDir, mspId } = read(join(home, 'clients', 'org1.json')) as { mspDir: string; mspId: string };
    const { ports } = read(join(home, 'network.json')) as { ports: Readonly<Record<string, number>> };
    const crypto = mspDir.slice(0, mspDir.indexOf('peerOrganizations'));
    const orderer = {
      name: 'orderer.example.com',
      address: `127.0.0.1:${ports['orderer'] ?? ports['devnet.orderer'] ?? 0}`,
      tlsRoots: onlyFile(join(crypto, 'ordererOrganizations', 'example.com', 'msp', 'tlscacerts')),
    };
    const consortium = read(join(home, 'consortium.json')) as ProfileSource;
    const parsed = readEpcisFile(events(traceId), 'events');
    const records = parsed.events.map(({ result }) => {
      if (!result.ok) throw new Error(JSON.stringify(result.errors));
      return result.record;
    });
    const job = scene.write(`job-${discovery}.json`, {
      profile: scene.write(`profile-${discovery}.json`, connectionProfile(consortium, orderer, 'org1')),
      wallet: scene.path(`wallet-${discovery}`),
      identity: {
        mspId,
        credentials: {
          certificate: onlyFile(join(mspDir, 'signcerts')),
          privateKey: onlyFile(join(mspDir, 'keystore')),
        },
      },
      discovery,
      channel: consortium.channels.main.name,
      chaincode: 'production',
      records,
      traceId,
    });
    const { stdout } = await promisify(execFile)(process.execPath, [APPLICATION, job]);
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Result;
  }

  it.each([
    ['off', false, 'https://id.gs1.org/01/09521234000112/10/STATIC-1'],
    ['on', true, 'https://id.gs1.org/01/09521234000112/10/DISCOVERED-1'],
  ])('captures and queries, discovery %s', async (_, discovery, traceId) => {
    const { captured, told, refusal, history, record } = await application(traceId, discovery);

    const [first, second] = captured;
    expect(captured.map(({ traces }) => traces)).toEqual([
      [{ id: traceId, ver: 1 }],
      [{ id: traceId, ver: 2 }],
    ]);
    expect(second?.hints[0]?.preTraceTxId).toBe(first?.txId);
    expect(history.map(({ txId, row }) => [txId, row.ver])).toEqual([
      [second?.txId, 2],
      [first?.txId, 1],
    ]);
    expect(record.step).toBe('commissioning');
    // A listener begins with the newest block, which may be another capture's.
    const recorded = captured.map(({ recordId }) => recordId);
    expect(told.map(({ recordId }) => recordId).slice(-2)).toEqual(recorded);
    expect(refusal).toContain('"code":"DUPLICATE"');

    // What it captured is proven as everything else is, its own hints included.
    const { code, value } = await scene.cotrace.json<TraceAnswer & { brokenChains: unknown[] }>(
      'trace',
      traceId,
    );
    expect(code).toBe(0);
    expect(value).toMatchObject({ complete: true, brokenChains: [] });
    expect(value.events.map(({ txId }) => txId).sort()).toEqual(captured.map(({ txId }) => txId).sort());
  });
});
