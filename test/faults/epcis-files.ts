import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './random.js';

/** An event that is captured, and what must be found of it afterwards. */
export interface GeneratedEvent {
  readonly domain: string;
  /** Identifier that this event alone has. */
  readonly own: string;
  /** All of its identifiers. */
  readonly ids: readonly string[];
  readonly json: object;
}

/** Lots that events share, over all domains. */
const LOTS = 20;
const UNIT = 'https://id.gs1.org/01/09521234500018';
const PLACE = { id: 'https://id.gs1.org/414/9521234500018' };

const lotId = (name: string) => `${UNIT}/10/${name}`;

/** `count` different events over four domains; about two thirds share one lot or two with others. */
export function generateEvents(count: number, random: Random): GeneratedEvent[] {
  return Array.from({ length: count }, (_, i) => {
    const lots = Array.from({ length: random.one([0, 1, 2]) }, () => lotId(`LOT-${random.integer(0, LOTS)}`));
    return eventOf(i, `${UNIT}/21/ITEM-${i}`, [...new Set(lots)]);
  });
}

/** `count` events in one domain that all tell of one lot. */
export function contendingEvents(count: number, lot: string, by: string): GeneratedEvent[] {
  return Array.from({ length: count }, (_, i) => eventOf(4 * i + 2, `${UNIT}/21/${by}-${i}`, [lotId(lot)]));
}

function eventOf(i: number, own: string, lots: readonly string[]): GeneratedEvent {
  const common = {
    eventTime: new Date(Date.UTC(2026, 2, 1) + i * 60_000).toISOString(),
    eventTimeZoneOffset: '+00:00',
    readPoint: PLACE,
    // Half of the events have an id of their own.
    ...(i % 8 < 4 && { eventID: eventIdOf(own) }),
  };
  const quantities = lots.map((epcClass) => ({ epcClass, quantity: 1, uom: 'KGM' }));
  const object = (action: string, bizStep: string) => ({
    type: 'ObjectEvent',
    ...common,
    action,
    bizStep,
    epcList: [own],
    ...(quantities.length > 0 && { quantityList: quantities }),
  });
  const transformation = {
    type: 'TransformationEvent',
    ...common,
    bizStep: 'commissioning',
    outputEPCList: [own],
    inputQuantityList: quantities,
  };
  const kinds = [
    { domain: 'production', json: object('ADD', 'commissioning') },
    { domain: 'processing', json: lots.length > 0 ? transformation : object('OBSERVE', 'inspecting') },
    { domain: 'distribution', json: object('OBSERVE', 'shipping') },
    { domain: 'retail', json: object('OBSERVE', 'stocking') },
  ] as const;
  const kind = kinds[i % 4] ?? kinds[0];
  return { ...kind, own, ids: [own, ...lots] };
}

function eventIdOf(own: string): string {
  const digits = createHash('sha256').update(own).digest('hex');
  return `urn:uuid:${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

/** Writes events as EPCIS documents of `perFile` events each; returns their paths. */
export function writeFiles(
  folder: string,
  name: string,
  events: readonly GeneratedEvent[],
  perFile: number,
): string[] {
  const paths: string[] = [];
  for (let at = 0; at < events.length; at += perFile) {
    const path = join(folder, `${name}-${paths.length}.jsonld`);
    const eventList = events.slice(at, at + perFile).map(({ json }) => json);
    const document = {
      '@context': ['https://ref.gs1.org/standards/epcis/epcis-context.jsonld'],
      type: 'EPCISDocument',
      schemaVersion: '2.0',
      creationDate: '2026-03-20T00:00:00Z',
      epcisBody: { eventList },
    };
    writeFileSync(path, JSON.stringify(document, null, 1));
    paths.push(path);
  }
  return paths;
}
