import { afterAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { latin1 } from '../../../fabric-model/identity/latin1.js';
import { decodePem, splitPem } from '../../../fabric-model/identity/pem.js';
import { Chance, amount, seedOf } from './chance.js';
import { generatePem } from './generate-pem.js';
import { Questions, type Question } from './questions.js';

const BATCH = 10_000;

interface Answer {
  readonly label: string;
  readonly sha256: string;
  readonly rest: number;
}

const go = Questions.start('PEM is');
const describeWithGo = go === null ? describe.skip : describe;
afterAll(() => go?.stop());

const ask = async (questions: readonly Question[]): Promise<unknown[]> => (await go?.ask(questions)) ?? [];

const bytesOfCharacters = new Map(
  Array.from({ length: 256 }, (_, byte) => [latin1(Uint8Array.of(byte)), byte]),
);

/** Our answer in the form of the program's, without the places where blocks end. */
function answerOf({ label, bytes }: { label: string; bytes: Uint8Array }): Omit<Answer, 'rest'> {
  return {
    label: Buffer.from(Array.from(label, (character) => bytesOfCharacters.get(character) ?? 0)).toString(
      'hex',
    ),
    sha256: createHash('sha256').update(bytes).digest('hex').slice(0, 16),
  };
}

describeWithGo('PEM', () => {
  it('is found where Go finds it', async () => {
    const chance = new Chance(seedOf('PEM as Go reads it'));
    for (let left = amount(10_000, 1_000_000); left > 0; left -= BATCH) {
      const texts = Array.from({ length: Math.min(BATCH, left) }, () => generatePem(chance));
      const answers = (await ask(texts.map((payload) => ({ kind: 'p', payload })))) as Answer[][];
      expect(answers).toHaveLength(texts.length);
      texts.forEach((text, i) => {
        const wanted = (answers[i] ?? []).map(({ label, sha256 }) => ({ label, sha256 }));
        const found = splitPem(text).map(answerOf);
        const first = decodePem(text);
        if (JSON.stringify([found, first && answerOf(first)]) !== JSON.stringify([wanted, wanted[0]]))
          expect({ text: Buffer.from(text).toString('latin1'), found }).toEqual({ found: wanted });
      });
    }
  }, 600_000);
});
