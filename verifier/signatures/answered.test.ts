import { describe, expect, it } from '@jest/globals';
import { CotraceError, utf8 } from '@cotrace/core';
import type { EcdsaQuestion } from '@cotrace/fabric-model';
import { AnsweredSignatures } from './answered.js';

/** A question about a message; every other part is the same. */
function about(message: string): EcdsaQuestion {
  const [publicKey, signature] = [new Uint8Array(65), new Uint8Array(64)];
  return { curve: 'P-256', hash: 'SHA-256', publicKey, signature, message: utf8(message) };
}

/** Signatures of messages that do not begin with `bad` are good; what was looked at is in `asked`. */
function answered(): { signatures: AnsweredSignatures; asked: string[] } {
  const asked: string[] = [];
  const signatures = new AnsweredSignatures(({ message }) => {
    const text = new TextDecoder().decode(message);
    asked.push(text);
    return Promise.resolve(!text.startsWith('bad'));
  });
  return { signatures, asked };
}

describe('code that cannot wait for signatures', () => {
  it('is run once where all of them are good, and each is looked at once', async () => {
    const { signatures, asked } = answered();
    let runs = 0;
    const act = () => {
      runs++;
      return ['a', 'b', 'a'].map((message) => signatures.verify(about(message)));
    };
    expect(await signatures.settle(act)).toEqual([true, true, true]);
    expect(await signatures.settle(act)).toEqual([true, true, true]);
    expect([runs, asked]).toEqual([2, ['a', 'b']]);
  });

  it('is run until it has asked nothing that it did not know, and only the last run counts', async () => {
    const { signatures, asked } = answered();
    const kept: string[] = [];
    const value = await signatures.settle(() => {
      const found = [];
      // Each that is bad leads to a further question.
      for (const message of ['bad 1', 'bad 2', 'good']) {
        found.push(message);
        if (signatures.verify(about(message))) break;
      }
      kept.push(found.join());
      return found;
    });
    expect(value).toEqual(['bad 1', 'bad 2', 'good']);
    expect(kept).toEqual(['bad 1', 'bad 1,bad 2', 'bad 1,bad 2,good']);
    expect(asked).toEqual(['bad 1', 'bad 2', 'good']);
  });

  it('fails as its last run does', async () => {
    const { signatures } = answered();
    const act = () => {
      if (!signatures.verify(about('bad'))) throw new CotraceError('BAD_PROOF', 'a signature is not valid');
      throw new CotraceError('WRONG_VALUE', 'a record is missing');
    };
    await expect(signatures.settle(act)).rejects.toMatchObject({ code: 'BAD_PROOF' });
  });

  it('is told apart by every part of a question', async () => {
    const { signatures, asked } = answered();
    const question = about('a');
    const others: EcdsaQuestion[] = [
      { ...question, curve: 'P-384' },
      { ...question, hash: 'SHA-1' },
      { ...question, publicKey: new Uint8Array(65).fill(1) },
      { ...question, signature: new Uint8Array(64).fill(1) },
    ];
    await signatures.settle(() => [question, ...others].map(signatures.verify));
    expect(asked).toHaveLength(5);
  });

  it('learns nothing outside of a run, where nothing would check it', async () => {
    const { signatures } = answered();
    expect(() => signatures.verify(about('a'))).toThrow(
      new RangeError('a signature is asked for outside of a run'),
    );
    await signatures.settle(() => signatures.verify(about('a')));
    expect(signatures.verify(about('a'))).toBe(true);
    expect(() => signatures.verify(about('b'))).toThrow(RangeError);
  });

  it('is not answered where a platform fails', async () => {
    const failing = new AnsweredSignatures(() => Promise.reject(new Error('out of memory')));
    await expect(failing.settle(() => failing.verify(about('a')))).rejects.toThrow('out of memory');
  });

  it('may ask more than is looked at together', async () => {
    const { signatures, asked } = answered();
    const messages = Array.from({ length: 1000 }, (_, i) => (i === 700 ? 'bad' : `good ${i}`));
    const said = await signatures.settle(() => messages.map((message) => signatures.verify(about(message))));
    expect(said.indexOf(false)).toBe(700);
    expect(said.filter((good) => good)).toHaveLength(999);
    expect(asked).toHaveLength(1000);
  });

  it('has 256 looked at together and no more: a platform copies each', async () => {
    let [open, most] = [0, 0];
    const signatures = new AnsweredSignatures(async () => {
      most = Math.max(most, ++open);
      await Promise.resolve();
      open--;
      return true;
    });
    const messages = Array.from({ length: 600 }, (_, i) => `good ${i}`);
    await signatures.settle(() => messages.map((message) => signatures.verify(about(message))));
    expect([open, most]).toEqual([0, 256]);
  });
});
