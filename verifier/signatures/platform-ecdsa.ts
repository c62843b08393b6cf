import type { EcdsaQuestion } from '@cotrace/fabric-model';
import type { SlowEcdsa } from './answered.js';

/** The part of WebCrypto that is used; browsers have it on pages from a secure origin alone. */
interface Subtle {
  importKey(
    format: 'raw',
    key: Uint8Array,
    algorithm: { readonly name: 'ECDSA'; readonly namedCurve: string },
    extractable: false,
    usages: readonly ['verify'],
  ): Promise<object>;
  verify(
    algorithm: { readonly name: 'ECDSA'; readonly hash: string },
    key: object,
    signature: Uint8Array,
    message: Uint8Array,
  ): Promise<boolean>;
}

/**
 * ECDSA as the platform has it: by WebCrypto, or in JavaScript where that is missing or cannot do it, as some browsers
 * cannot on P-521. What comes here has been checked for form, so that both give the same answers.
 */
export function platformEcdsa(): SlowEcdsa {
  const { subtle } = (globalThis as unknown as { crypto?: { subtle?: Subtle } }).crypto ?? {};
  if (subtle === undefined) return inJavaScript;
  const keys = new Map<string, Promise<object>>();
  return async (question) => {
    const { curve, publicKey, hash, message, signature } = question;
    const name = publicKey.join();
    const key =
      keys.get(name) ??
      subtle.importKey('raw', publicKey, { name: 'ECDSA', namedCurve: curve }, false, ['verify']);
    keys.set(name, key);
    try {
      return await subtle.verify({ name: 'ECDSA', hash }, await key, signature, message);
    } catch {
      // Nothing is lost with the error: what the platform cannot do is done here, with the same answer.
      return inJavaScript(question);
    }
  };
}

async function inJavaScript(question: EcdsaQuestion): Promise<boolean> {
  const { pureEcdsa } = await import('./ecdsa-in-javascript.js');
  return pureEcdsa(question);
}
