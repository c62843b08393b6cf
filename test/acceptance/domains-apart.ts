import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it } from '@jest/globals';
import type { CaptureAnswer } from './answers.js';
import type { Scene } from './scene.js';

/** A business step of each domain, and what marks the domain's record: nothing that compresses. */
const DOMAINS = [
  { domain: 'production', bizStep: 'commissioning' },
  { domain: 'processing', bizStep: 'packing' },
  { domain: 'distribution', bizStep: 'shipping' },
  { domain: 'retail', bizStep: 'retail_selling' },
].map((domain) => ({ ...domain, mark: randomBytes(24).toString('hex') }));

const ORGANISATIONS = ['org1', 'org2', 'org3'];

function documentOf({ bizStep, mark }: (typeof DOMAINS)[number]): object {
  return {
    '@context': [
      'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
      { ex: 'https://example.com/' },
    ],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: '2026-05-04T09:00:00Z',
    epcisBody: {
      eventList: [
        {
          type: 'ObjectEvent',
          action: 'OBSERVE',
          bizStep,
          eventTime: '2026-05-01T08:00:00Z',
          eventTimeZoneOffset: '+00:00',
          epcList: [`https://example.com/lots/${mark}`],
          'ex:note': mark,
        },
      ],
    },
  };
}

/** Nobody stores what is not of its domain. Captured while the network runs, looked for once it is down. */
export const domainsApart = {
  captured(scene: Scene): void {
    describe('a record of each domain', () => {
      it('is captured in its domain', async () => {
        const files = DOMAINS.map((domain) => scene.write(`${domain.domain}.json`, documentOf(domain)));
        const { code, value } = await scene.cotrace.json<CaptureAnswer>('capture', ...files);
        expect(code).toBe(0);
        expect(value.outcomes.map(({ domain }) => domain)).toEqual(DOMAINS.map(({ domain }) => domain));
      });
    });
  },

  stored(scene: Scene): void {
    describe('the folder of a business node', () => {
      const folderOf = (organisation: string, domain: string) =>
        join(scene.cotrace.home, 'nodes', `${organisation}.${domain}`);

      it('holds its own domain’s record, and no byte of another domain’s', async () => {
        for (const organisation of ORGANISATIONS) {
          for (const { domain } of DOMAINS) {
            const folder = folderOf(organisation, domain);
            const raw = filesIn(folder).map((path) => readFileSync(path));
            const found = [...raw, ...(await entriesOf(folder))];
            const held = DOMAINS.filter(({ mark }) => found.some((bytes) => holds(bytes, mark)));
            expect([organisation, held.map((other) => other.domain)]).toEqual([organisation, [domain]]);
          }
        }
      });

      it('is told apart from a master’s, which holds all', async () => {
        const entries = await entriesOf(join(scene.cotrace.home, 'nodes', 'org1.master'));
        for (const { mark } of DOMAINS) expect(entries.some((bytes) => holds(bytes, mark))).toBe(true);
      });
    });
  },
};

/** Whether bytes hold a mark as text, or the bytes that it writes in hexadecimal. */
function holds(bytes: Uint8Array, mark: string): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.includes(mark) || buffer.includes(Buffer.from(mark, 'hex'));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Keys and values of a store, which are compressed in its files. */
async function entriesOf(folder: string): Promise<Uint8Array[]> {
  const stores = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    ({ name }) => name === 'CURRENT',
  );
  const entries: Uint8Array[] = [];
  for (const { parentPath } of stores) {
    const store = new ClassicLevel<Uint8Array, Uint8Array>(parentPath, {
      createIfMissing: false,
      keyEncoding: 'view',
      valueEncoding: 'view',
    });
    for await (const entry of store.iterator()) entries.push(...entry);
    await store.close();
  }
  return entries;
}
