import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { domainsAmong, EVERY_DOMAIN, isDomainName, MAX_TRANSACTION_DOMAINS } from './domains.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

describe('domains', () => {
  it.each(['production', 'a', 'A_b-c', '0', 'lsccx', 'a'.repeat(128)])(
    'are namespaces such as %j',
    (name) => {
      expect(isDomainName(name)).toBe(true);
    },
  );

  it.each([
    '',
    '_lifecycle',
    'lscc',
    'cscc',
    'qscc',
    'escc',
    'vscc',
    EVERY_DOMAIN,
    'a b',
    'a__b',
    'a-',
    'a\n',
    'é',
    'a\0',
    'production$$pprivate',
    'a'.repeat(129),
  ])('are not namespaces such as %j', (name) => {
    expect(isDomainName(name)).toBe(false);
  });

  it('are named once each and sorted, whatever the order of the namespaces', () => {
    expect(
      domainsAmong(['retail', '_lifecycle', 'Retail', 'lscc', 'retail', '0', 'a_b', 'a-b', '*']),
    ).toEqual(['0', 'Retail', 'a-b', 'a_b', 'retail']);
    fc.assert(
      fc.property(fc.shuffledSubarray(['b', 'a', '_x', 'B', 'vscc', 'a-a', '*']), (names) => {
        expect(domainsAmong(names)).toEqual(['B', 'a', 'a-a', 'b'].filter((name) => names.includes(name)));
      }),
      { numRuns: RUNS },
    );
  });

  it('are all domains where a transaction names too many', () => {
    const names = Array.from({ length: MAX_TRANSACTION_DOMAINS + 1 }, (_, i) => `d${i}`);
    expect(domainsAmong(names)).toBe('all');
    expect(domainsAmong(names.slice(1))).toHaveLength(MAX_TRANSACTION_DOMAINS);
    expect(domainsAmong([...names.slice(1), '_x', '*'])).toHaveLength(MAX_TRANSACTION_DOMAINS);
  });
});
