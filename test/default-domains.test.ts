import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { defaultDomains } from '@cotrace/chaincode';
import { BUSINESS_STEPS } from '@cotrace/core';
import { DEFAULT_DOMAIN_RULES, readEpcisFile, ruleFor, unreachedDomains } from '@cotrace/epcis';
import { Ajv } from 'ajv';
import { dataFolder } from '../epcis/testing/test-data.js';

const TRANSFORMATION = {
  type: 'TransformationEvent',
  inputEPCList: ['urn:a:b'],
  outputEPCList: ['urn:a:c'],
};
interface Shape {
  readonly type: string;
  readonly action?: string;
}

const SHAPES = [
  { type: 'ObjectEvent', action: 'OBSERVE', epcList: ['urn:a:b'] },
  { type: 'ObjectEvent', action: 'ADD', epcList: ['urn:a:b'] },
  { type: 'AggregationEvent', action: 'OBSERVE', parentID: 'urn:a:p', childEPCs: ['urn:a:b'] },
  { type: 'AssociationEvent', action: 'OBSERVE', parentID: 'urn:a:p', childEPCs: ['urn:a:b'] },
  {
    type: 'TransactionEvent',
    action: 'OBSERVE',
    epcList: ['urn:a:b'],
    bizTransactionList: [{ bizTransaction: 'urn:a:t' }],
  },
  TRANSFORMATION,
];

function domainOf(event: object): string | null {
  const context = ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'];
  const times = { eventTime: '2026-04-17T09:26:42.12-04:00', eventTimeZoneOffset: '-04:00' };
  const result = readEpcisFile(JSON.stringify({ '@context': context, ...times, ...event }), 'test.json')
    .events[0]?.result;
  return result?.ok === true ? result.domain : null;
}

describe('the default domains', () => {
  const words = new Set(defaultDomains.flatMap(({ steps }) => steps.words));

  it('take every step of the vocabulary', () => {
    expect([...words].sort()).toEqual(BUSINESS_STEPS);
    expect(words.size).toBe(41);
  });

  it.each(SHAPES)('take the steps of a $type that the default rules send to them', (shape) => {
    for (const bizStep of words) {
      const domain = domainOf({ ...shape, bizStep });
      const definition = defaultDomains.find(({ name }) => name === domain);
      expect([bizStep, domain, definition?.steps.words.includes(bizStep)]).toEqual([bizStep, domain, true]);
    }
  });

  it('are each where the default rules send some event', () => {
    const names = defaultDomains.map(({ name }) => name);
    const events = SHAPES.flatMap(({ type, action }: Shape) =>
      [...words, null].map((step) => ({ eventType: type, step, action: action ?? null })),
    );
    const reached = new Set(events.map((event) => ruleFor(event)?.domain));
    expect(names.filter((name) => !reached.has(name))).toEqual([]);
    expect(unreachedDomains(DEFAULT_DOMAIN_RULES, names)).toEqual([]);
  });

  const folders = ['epcis-valid', 'fsma204'].map(dataFolder);
  const present = folders.every((folder) => existsSync(folder));

  (present ? it : it.skip)(
    `take the events in ${folders.map(({ href }) => href).join(', ')} (skipped where they are missing)`,
    () => {
      const schemas = new Map(
        defaultDomains.map(({ name, dataSchema }) => [name, new Ajv().compile(dataSchema)]),
      );
      for (const folder of folders) {
        for (const name of readdirSync(folder)) {
          for (const { result } of readEpcisFile(readFileSync(new URL(name, folder), 'utf8'), name).events) {
            const taken = result.ok && schemas.get(result.domain)?.(result.record.data);
            expect([name, taken]).toEqual([name, true]);
          }
        }
      }
    },
  );
});
