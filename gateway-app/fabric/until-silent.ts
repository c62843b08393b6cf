import { CotraceError } from '@cotrace/core';
import { within } from '../node/retry.js';

/**
 * Hands on what `items` brings until it goes silent for no good reason: a connection can die without a word (Node's
 * TLS under HTTP/2 does so now and then when the other side is killed), and a stream without deadline would then wait
 * for ever. Whenever nothing has come for `silence` milliseconds, `isBehind` is asked whether something should have;
 * asked twice in a row, since it may just be on its way. Throws `SILENT` then, and what `isBehind` throws.
 */
export async function* untilSilent<T>(
  items: AsyncIterator<T>,
  isBehind: () => Promise<boolean>,
  silence: number,
): AsyncGenerator<T> {
  for (;;) {
    const result = await nextOf(items, isBehind, silence);
    if (result.done === true) return;
    yield result.value;
  }
}

async function nextOf<T>(
  items: AsyncIterator<T>,
  isBehind: () => Promise<boolean>,
  silence: number,
): Promise<IteratorResult<T>> {
  const next = items.next();
  let behind = 0;
  for (;;) {
    const result = await within(next, silence);
    if (result !== null) return result;
    behind = (await isBehind()) ? behind + 1 : 0;
    if (behind > 1) {
      throw new CotraceError('SILENT', 'the stream has stalled although there are more blocks', { silence });
    }
  }
}
