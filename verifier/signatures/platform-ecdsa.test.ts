import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { pureEcdsa, type CurveName, type EcdsaQuestion, type HashName } from '@cotrace/fabric-model';
import { utf8 } from '@cotrace/core';
import { platformEcdsa } from './platform-ecdsa.js';

const CURVES: readonly CurveName[] = ['P-256', 'P-384', 'P-521'];
const HASHES: readonly HashName[] = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];
const pairs = CURVES.flatMap((curve) => HASHES.map((hash) => [curve, hash] as const));

/** A good signature. */
async function signed(curve: CurveName, hash: HashName): Promise<EcdsaQuestion> {
  const algorithm = { name: 'ECDSA', namedCurve: curve };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const message = utf8(`signed on ${curve} with ${hash}`);
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash }, privateKey, message.slice());
  return {
    curve,
    hash,
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)),
    message,
    signature: new Uint8Array(signature),
  };
}

/** A question whose signature, key or message is of another one. */
function mixtures(one: EcdsaQuestion, other: EcdsaQuestion): EcdsaQuestion[] {
  const changed = one.signature.slice();
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  return [
    one,
    other,
    { ...one, signature: changed },
    { ...one, signature: other.signature },
    { ...one, publicKey: other.publicKey },
    { ...one, message: utf8('something else') },
  ];
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe('signatures by what the platform has', () => {
  it.each(pairs)('are judged as in JavaScript: %s with %s', async (curve, hash) => {
    const questions = mixtures(await signed(curve, hash), await signed(curve, hash));
    const ecdsa = platformEcdsa();
    const said = await Promise.all(questions.map(ecdsa));
    expect(said).toEqual([true, true, false, false, false, false]);
    expect(questions.map(pureEcdsa)).toEqual(said);
  });

  it('are left to the platform, with a key that is for nothing else and stays there', async () => {
    const question = await signed('P-256', 'SHA-256');
    const importKey = jest.spyOn(crypto.subtle, 'importKey');
    const verify = jest.spyOn(crypto.subtle, 'verify');
    expect(await platformEcdsa()(question)).toBe(true);
    const key = { type: 'public', extractable: false, usages: ['verify'] };
    await expect(importKey.mock.results[0]?.value).resolves.toMatchObject(key);
    await expect(verify.mock.results[0]?.value).resolves.toBe(true);
  });

  it('are judged in JavaScript where there is no WebCrypto, as on a page that is not from a secure origin', async () => {
    const questions = mixtures(await signed('P-256', 'SHA-256'), await signed('P-256', 'SHA-256'));
    jest.replaceProperty(globalThis, 'crypto', {} as typeof globalThis.crypto);
    expect(await Promise.all(questions.map(platformEcdsa()))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it.each(['importKey', 'verify'] as const)('are judged in JavaScript where %s fails', async (name) => {
    const questions = mixtures(await signed('P-521', 'SHA-512'), await signed('P-521', 'SHA-512'));
    const failure = new DOMException('Unsupported curve', 'NotSupportedError');
    jest.spyOn(crypto.subtle, name).mockRejectedValue(failure);
    expect(await Promise.all(questions.map(platformEcdsa()))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('reads a key once', async () => {
    const question = await signed('P-256', 'SHA-256');
    const importKey = jest.spyOn(crypto.subtle, 'importKey');
    const ecdsa = platformEcdsa();
    expect(await Promise.all([question, question, question].map(ecdsa))).toEqual([true, true, true]);
    expect(importKey).toHaveBeenCalledTimes(1);
  });
});
