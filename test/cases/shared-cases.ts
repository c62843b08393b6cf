import { existsSync, readFileSync } from 'node:fs';
import { canonicalTraceId } from '@cotrace/core';
import { dataFolder } from '../../epcis/testing/test-data.js';
import type { CaseDocument } from './cases.js';

/** Files of the shared cases: those in one list are of one case, in the order given. */
const FILES = [
  ['identity-lot-and-serial', 'identity-serial'],
  ['identity-class-pattern', 'identity-class-link'],
  ['identity-one-item-three-spellings'],
  ['transformation-in-two-events'],
  ['reused-crate'],
  ['transformation-declared-wrong'],
  ['lot-in-ilmd'],
  ['large-number'],
  ['master-data'],
  ['qualifier-before-key'],
] as const;

/** Whether the shared cases are there: they are no part of the repository. */
export const hasSharedCases = existsSync(dataFolder('cases'));

/** The events of the shared cases, as one organisation captures them. */
export function sharedDocuments(): CaseDocument[] {
  return FILES.flatMap((files) =>
    files.flatMap((file) =>
      textsOf(readFileSync(new URL(`${file}.json`, dataFolder('cases')), 'utf8')).map((text, i) => ({
        name: `${file}-${i + 1}.json`,
        of: files[0],
        organisation: 'farm',
        text,
      })),
    ),
  );
}

/** A document for each event. One that has a single event stays as it is: reading it here would change its numbers. */
function textsOf(text: string): string[] {
  const document = JSON.parse(text) as { epcisBody: { eventList: readonly object[] } };
  const { eventList } = document.epcisBody;
  if (eventList.length === 1) return [text];
  return eventList.map((event) => JSON.stringify({ ...document, epcisBody: { eventList: [event] } }));
}

const lot = (item: string, value: string) => canonicalTraceId(`urn:epc:class:lgtin:9521234.${item}.${value}`);
const item = (reference: string, serial: string) =>
  canonicalTraceId(`urn:epc:id:sgtin:9521234.${reference}.${serial}`);

/** Identifiers of the shared cases. */
export const SHARED = {
  s1: item('000088', 'S1'),
  s2: item('000088', 'S2'),
  lotOfItems: canonicalTraceId('https://id.gs1.org/01/09521234000884/10/L1'),
  productClass: 'https://id.gs1.org/01/09521234005568',
  milk: lot('000301', 'MILK-1'),
  cheese: lot('000302', 'CHEESE-1'),
  lettuce: lot('000401', 'LETT-A'),
  tomato: lot('000402', 'TOMATO-B'),
  meat: lot('000611', 'BAD-MEAT'),
  sausage: lot('000612', 'SAUSAGE'),
  serialised: item('000801', 'SER1'),
  lotInIlmd: lot('000801', 'LOTX'),
  big: item('000088', 'BIG'),
} as const;
