import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { checkTraceId, type ClientRecord } from '@cotrace/core';
import { readEpcisFile } from './read-documents.js';
import type { ReadFile } from './read-file.js';
import { recordOf } from './testing/record-of.js';
import { dataFolder } from './testing/test-data.js';

const folders = ['epcis-valid', 'epcis-invalid', 'fsma204'].map(dataFolder);
const [valid, invalid, fsma] = folders;
const present = folders.every((folder) => existsSync(folder));

(present && valid && invalid && fsma ? describe : describe.skip)(
  `documents in ${folders.map(({ href }) => href).join(', ')} (skipped where they are missing)`,
  () => {
    const all = (folder?: URL): ReadFile[] =>
      folder === undefined
        ? []
        : readdirSync(folder)
            .sort()
            .map((name) => readEpcisFile(readFileSync(new URL(name, folder), 'utf8'), name));

    it('valid ones are mapped in full', () => {
      for (const { name, events } of [...all(valid), ...all(fsma)]) {
        for (const found of events) {
          expect([name, found.result]).toMatchObject([name, { ok: true }]);
          for (const { id } of recordOf(found).traces) checkTraceId(id);
        }
      }
    });

    it('invalid ones leave nothing', () => {
      for (const { name, events } of all(invalid)) {
        expect([name, events.map(({ result }) => result.ok)]).toEqual([name, events.map(() => false)]);
        expect(events.length).toBeGreaterThan(0);
      }
    });

    function outcome(files: readonly ReadFile[]): Record<'recorded' | 'duplicate' | 'conflict', string[]> {
      const found = { recorded: [] as string[], duplicate: [] as string[], conflict: [] as string[] };
      const hashes = new Set<string>();
      const ids = new Set<string>();
      for (const { name, events } of files) {
        for (const entry of events) {
          const { eventHash, eventID } = recordOf(entry);
          const place = `${name} ${entry.index}`;
          if (hashes.has(eventHash)) found.duplicate.push(place);
          else if (eventID !== null && ids.has(eventID)) found.conflict.push(place);
          else {
            found.recorded.push(place);
            hashes.add(eventHash);
            if (eventID !== null) ids.add(eventID);
          }
        }
      }
      return found;
    }

    it('the lettuce of the food traceability rule: 15 events, one told twice, one in two versions', () => {
      const files = all(fsma);
      expect(files.map(({ events }) => events.length)).toEqual([3, 1, 2, 5, 2, 3, 1]);
      const { recorded, duplicate, conflict } = outcome(files);
      expect(recorded).toHaveLength(15);
      expect(duplicate).toEqual(['initial-packing-cte.jsonld 1']);
      expect(conflict).toEqual(['shipping-cte.jsonld 0']);
      const reversed = outcome([...files].reverse());
      expect(reversed.recorded).toHaveLength(15);
      expect(reversed.conflict).toEqual(['receiving-cte.jsonld 0']);
      expect(files.every(({ warnings }) => warnings.length === 1)).toBe(true);
    });

    it('lead from the salad to 14 events and one ingredient without a record of origin', () => {
      const records = all(fsma)
        .filter(({ name }) => name !== 'shipping-cte.jsonld')
        .concat(all(fsma).filter(({ name }) => name === 'shipping-cte.jsonld'))
        .flatMap(({ events }) => events.map(recordOf));
      const distinct = [...new Map(records.map((record) => [record.eventHash, record])).values()];
      const first = distinct.filter(
        ({ eventID }, i) =>
          eventID === null || distinct.findIndex((other) => other.eventID === eventID) === i,
      );
      const reached = new Set<string>(['https://id.gs1.org/01/10860009998039/10/SALAD-20260420-A']);
      const used = new Set<ClientRecord>();
      for (let before = -1; before !== used.size + reached.size;) {
        before = used.size + reached.size;
        for (const record of first) {
          const up = record.traces.filter(({ role }) => role === 'input' || role === 'parent');
          const touched = record.traces.filter(({ id }) => reached.has(id));
          if (touched.length === 0) continue;
          used.add(record);
          if (touched.some(({ role }) => role === 'output' || role === 'child'))
            for (const { id } of up) reached.add(id);
        }
      }
      expect(used.size).toBe(14);
      const ingredient = 'https://id.gs1.org/01/10860009998022/10/DEF2345';
      expect(reached).toContain(ingredient);
      expect(
        first.filter(({ traces }) => traces.some(({ id, role }) => id === ingredient && role !== 'input')),
      ).toEqual([]);
    });
  },
);
