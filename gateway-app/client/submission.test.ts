import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { committed, submit } from './submission.js';
import type { CommitStatus, SubmittedTransaction } from './wire.js';

const status: CommitStatus = { successful: true, transactionId: 'tx', code: 0, blockNumber: 7n };
const taken: SubmittedTransaction = { getStatus: () => Promise.resolve(status) };
const silence = () => new Promise<never>(() => undefined);

/** A transaction; its submissions come to these ends, one after the other. */
function transaction(...ends: readonly (() => Promise<SubmittedTransaction>)[]) {
  const state = { submissions: 0 };
  const submitOnce = () => (ends[state.submissions++] ?? silence)();
  return { state, submit: submitOnce };
}

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('a transaction', () => {
  it('is submitted once where the ordering service answers', async () => {
    const quick = transaction(() => Promise.resolve(taken));
    expect(await submit(quick)).toBe(taken);
    expect(quick.state.submissions).toBe(1);
  });

  it('is submitted again after a second where the orderer that was taken hangs', async () => {
    const unlucky = transaction(silence, () => Promise.resolve(taken));
    const submitted = submit(unlucky);
    await jest.advanceTimersByTimeAsync(999);
    expect(unlucky.state.submissions).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(unlucky.state.submissions).toBe(2);
    expect(await submitted).toBe(taken);
  });

  it('is submitted a few times only where all orderers hang, and the first answer counts', async () => {
    let answer: (value: SubmittedTransaction) => void = () => undefined;
    const hung = transaction(() => new Promise((resolve) => (answer = resolve)));
    const submitted = submit(hung);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(hung.state.submissions).toBe(6);
    answer(taken);
    expect(await submitted).toBe(taken);
  });

  it('fails with the last error where no submission succeeds', async () => {
    await expect(submit(transaction(() => Promise.reject(new Error('no leader'))))).rejects.toThrow(
      'no leader',
    );
    let fail: (error: Error) => void = () => undefined;
    const late = submit(
      transaction(
        () => new Promise((_, reject) => (fail = reject)),
        () => Promise.reject(new Error('the second')),
      ),
    );
    const failing = expect(late).rejects.toThrow('the second');
    await jest.advanceTimersByTimeAsync(1500);
    fail(new Error('the first'));
    await failing;
  });
});

describe('a transaction that was submitted', () => {
  /** What is submitted in 60 seconds without a commit, at these heights of the ledger. */
  async function repeatsAt(height: () => bigint | null) {
    const told: unknown[] = [];
    const lost = transaction(() => Promise.reject(new Error('no leader')));
    let commit: (value: CommitStatus) => void = () => undefined;
    const submitted = { getStatus: () => new Promise<CommitStatus>((resolve) => (commit = resolve)) };
    const waiting = { height: () => Promise.resolve(height()), failed: (error: unknown) => told.push(error) };
    const ended = committed(lost, submitted, waiting);
    await jest.advanceTimersByTimeAsync(60_000);
    commit(status);
    await jest.advanceTimersByTimeAsync(2000);
    expect(await ended).toBe(status);
    return { submissions: lost.state.submissions, told: told.length };
  }

  it('is submitted again a few times while the ledger stands still, and a failure is told', async () => {
    expect(await repeatsAt(() => 9n)).toEqual({ submissions: 5, told: 1 });
  });

  it('is submitted again once two seconds have passed at the same height', async () => {
    const lost = transaction(silence);
    const submitted = { getStatus: () => new Promise<CommitStatus>(() => undefined) };
    void committed(lost, submitted, { height: () => Promise.resolve(9n), failed: () => undefined });
    await jest.advanceTimersByTimeAsync(3999);
    expect(lost.state.submissions).toBe(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(lost.state.submissions).toBe(1);
  });

  it('is waited for while the ledger grows, or is not known', async () => {
    let height = 9n;
    expect(await repeatsAt(() => height++)).toEqual({ submissions: 0, told: 0 });
    expect(await repeatsAt(() => null)).toEqual({ submissions: 0, told: 0 });
  });
});
