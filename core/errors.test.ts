import { describe, expect, it } from '@jest/globals';
import { CotraceError, isCotraceError, MalformedError, relayedError } from './errors.js';

describe('the code of an error', () => {
  it('does not compile unless a package declares it', () => {
    // @ts-expect-error: misspelt
    expect(new CotraceError('BAD_TRACEID', 'no identifier').code).toBe('BAD_TRACEID');
    // @ts-expect-error: misspelt
    expect(isCotraceError(new MalformedError('BAD_HEX', 'no digits'), 'BAD_HEXX')).toBe(false);
  });

  it('may be one that is not known here where another process sent it', () => {
    const cause = new Error('from afar');
    const error = relayedError('OF_ANOTHER_VERSION', 'something new', { block: 7n }, cause);
    expect(error).toMatchObject({
      code: 'OF_ANOTHER_VERSION',
      message: 'something new',
      detail: { block: 7n },
      cause,
    });
    expect(isCotraceError(error)).toBe(true);
  });
});
