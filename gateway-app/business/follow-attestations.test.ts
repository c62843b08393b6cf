import { describe, expect, it, jest } from '@jest/globals';
import { CotraceError, type ErrorCode } from '@cotrace/core';
import { Log } from '../node/log.js';
import { pauseFor } from '../node/retry.js';
import { SilentLog } from '../testing/silent-log.js';
import { AttestationPool } from './attestation-pool.js';
import { BusinessHealth } from './business-health.js';
import { followAttestations } from './follow-attestations.js';
import { RefusalLog } from './refusal-log.js';

/** The lines written while a master fails with `code` for some tries. */
async function linesOf(code: ErrorCode) {
  const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const pool = new AttestationPool(0n);
  const health = new BusinessHealth({ pool, feed: { height: 0n }, log: new SilentLog() }, 1);
  const refusals = new RefusalLog();
  const stopping = new AbortController();
  let tries = 0;
  const source = {
    name: 'org1.master',
    // eslint-disable-next-line @typescript-eslint/require-await
    async *attestations() {
      tries += 1;
      if (tries === 5) stopping.abort();
      yield* [];
      throw new CotraceError(code, 'nobody listens');
    },
  };
  const sink = { pool, health, refusals, log: new Log('org1.goods') };
  await followAttestations(source, sink, stopping.signal);
  await pauseFor(0, new AbortController().signal);
  const lines = stderr.mock.calls.map(([text]) => String(text));
  stderr.mockRestore();
  return { lines, tries, refusals, state: health.standing(false).state };
}

describe('a business node whose master does not send attestations', () => {
  it('writes nothing at first where nobody listens yet, as when all start together', async () => {
    const { lines, tries, refusals } = await linesOf('UNREACHABLE');
    expect([lines, tries, refusals.all()]).toEqual([[], 5, []]);
  });

  it('writes three lines a minute of anything else, and counts it as refused', async () => {
    const { lines, refusals } = await linesOf('UNKNOWN_CALLER');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('warn could not get attestations of org1.master; retrying: [UNKNOWN_CALLER]');
    expect(refusals.all()).toMatchObject([{ source: 'org1.master', code: 'UNKNOWN_CALLER', times: 4 }]);
  });

  it('is outdated where a quorum attests under rules that it does not know', async () => {
    expect((await linesOf('RULES')).state).toBe('outdated');
    expect((await linesOf('UNKNOWN_CALLER')).state).toBe('starting');
  });
});
