import { describe, expect, it } from '@jest/globals';
import { basename } from 'node:path';
import type { CaptureAnswer } from './answers.js';
import { invalidFiles, validFiles } from './data.js';
import type { Scene } from './scene.js';

/** Fields that the refusal of each invalid file must name, one per event; what each file has wrong is in its name. */
const FIELDS: Readonly<Record<string, readonly RegExp[]>> = {
  'Combination_of_events_with_missing_mandatory_fields.json': [
    /\.action /,
    /\.eventTimeZoneOffset .*\.action /,
  ],
  'Combination_of_non_standard_bizStep_and_disposition.json': [/\.bizStep /, /\.disposition /],
  'ObjectEvent_with_ilmd_field_without_namespace.json': [/\.ilmd\.materialType /],
  'ObjectEvent_with_invalid_certificationInfo.json': [/\.certificationInfo/],
  'ObjectEvent_with_non_standard_bizStep.json': [/\.bizStep /],
  'ObjectEvent_with_non_standard_disposition.json': [/\.disposition /],
  'ObjectEvent_with_unknown_field_in_quantityList.json': [/\.quantityList\[0\]\.weight /],
  'ObjectEvent_without_identifier_list.json': [/\.epcList /],
};

/** Documents that must be accepted, and documents that must be refused. */
export function epcisFiles(scene: Scene): void {
  (validFiles.length > 0 ? describe : describe.skip)(
    'the files of epcis-valid (skipped where they are missing)',
    () => {
      it('are accepted, all', async () => {
        const { code, value } = await scene.cotrace.json<CaptureAnswer>('capture', ...validFiles);
        expect(
          value.outcomes.filter(({ status }) => !['recorded', 'already recorded'].includes(status)),
        ).toEqual([]);
        expect(code).toBe(0);
        // One transformation is there in two spellings, which are one event.
        expect(value).toMatchObject({ events: 26, recorded: 25, alreadyRecorded: 1 });
        expect(new Set(value.outcomes.map(({ file }) => file)).size).toBe(validFiles.length);
      });
    },
  );

  (invalidFiles.length > 0 ? describe : describe.skip)(
    'the files of epcis-invalid (skipped where they are missing)',
    () => {
      it('are refused with a message that names the field, and leave no transaction', async () => {
        const before = await scene.settledNodes();
        const { code, value } = await scene.cotrace.json<CaptureAnswer>('capture', ...invalidFiles);
        expect(code).toBe(3);
        expect(value.refused).toBe(value.events);
        for (const file of invalidFiles) {
          const fields = FIELDS[basename(file)];
          const outcomes = value.outcomes.filter((outcome) => outcome.file === file);
          expect([file, outcomes.length]).toEqual([file, fields?.length]);
          outcomes.forEach(({ reasons, txId, path }, i) => {
            expect(txId).toBeNull();
            expect(reasons.join(' ')).toMatch(fields?.[i] ?? '');
            for (const reason of reasons) expect(reason.startsWith(path)).toBe(true);
          });
        }
        const after = await scene.settledNodes();
        expect(after.map(({ height }) => height)).toEqual(before.map(({ height }) => height));
      });
    },
  );

  describe('files that are no EPCIS documents', () => {
    it('are refused, each with its place, and the others go on', async () => {
      const files = [
        scene.write('broken.json', '{\n "type": "EPCISDocument",\n'),
        scene.write('empty.json', ''),
        scene.write('other.json', { name: 'rice', price: 3 }),
        scene.write('escape.json', '{ "type": "\u001b[31m" }'),
      ];
      const { code, value } = await scene.cotrace.json<CaptureAnswer>('capture', ...files);
      expect(code).toBe(3);
      expect(value.outcomes.map(({ file, status }) => [file, status])).toEqual(
        files.map((file) => [file, 'refused']),
      );
      for (const { reasons } of value.outcomes) expect(reasons.join()).not.toBe('');
      expect(value.outcomes[0]?.reasons.join()).toMatch(/line 2|line 3/);
      const { stdout } = await scene.cotrace.run('capture', files[3] ?? '');
      expect(stdout).not.toContain('\u001b');
    });
  });
}
