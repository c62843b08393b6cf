import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import type { CycleScene, Progress, ToldCycle } from './cycle-scene.js';

const MINUTE_MS = 60_000;
/** More than the cycles of which proofs are kept without regard to what is sealed. */
const STOPPED_CYCLES = 12;

const cycleIn = ({ cycles }: Progress, checkNum: number): ToldCycle => {
  const found = cycles.find((cycle) => Number(cycle.checkNum) === checkNum);
  if (found === undefined) throw new RangeError(`there is no cycle ${checkNum}`);
  return found;
};

const mspIdOf = (process: string) => `Org${process.slice(3, 4)}MSP`;
const others = (process: string) => ['org1', 'org2', 'org3'].filter((org) => !process.startsWith(org));

/** Whether a sealed cycle after `since` has a member reported for its turn: one that catches up seals many in its turn. */
const isPassedOver = (cycles: readonly ToldCycle[], mspId: string, since: number) =>
  cycles.some(
    ({ checkNum, sealedMs, late }) =>
      Number(checkNum) > since && sealedMs !== null && late.some((row) => row.mspId === mspId),
  );

/** Whoever is late, away or has a wrong clock holds up sealing for its own turn alone. `traceId`: of a product that is recorded. */
export function cycleTimes(scene: CycleScene, traceId: string): void {
  const { steps } = scene;

  it('an initiator that stops in its turn is warned and replaced, and changes nothing when it returns', async () => {
    const { by, pid } = await steps.order('master: the seal is endorsed', { signal: 'SIGSTOP' });
    const mspId = mspIdOf(by);
    const [witness = ''] = others(by);
    const { sealed: before } = await scene.progress(witness);
    const isReplaced = ({ checkNum, sealedMs, late }: ToldCycle) =>
      Number(checkNum) > before &&
      sealedMs !== null &&
      late.some((row) => row.kind === 'penalty' && row.mspId === mspId);
    let replaced: Progress;
    try {
      replaced = await scene.until(witness, ({ cycles }) => cycles.some(isReplaced));
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const cycle = replaced.cycles.find(isReplaced);
    expect(cycle?.late).toEqual(
      expect.arrayContaining([
        { attempt: 0, kind: 'penalty', mspId },
        { attempt: 0, kind: 'warning', mspId },
      ]),
    );
    expect([cycle?.initiator, ...(cycle?.endorsers ?? [])]).not.toContain(mspId);
    const returned = await scene.until(witness, ({ cycles }) =>
      cycles.some(({ checkNum, initiator }) => Number(checkNum) > replaced.sealed && initiator === mspId),
    );
    const { anchorBlock, ...unchanged } = cycleIn(returned, Number(cycle?.checkNum));
    expect({ ...cycle, anchorBlock }).toEqual({ ...unchanged, anchorBlock });
  });

  it('an organisation that is cut off is passed over, reports nobody, and catches up when it is back', async () => {
    const [cut, mspId, witness] = ['org3', 'Org3MSP', 'org1'];
    const during = await steps.during(`cut-${cut}`, async () => {
      const { sealed: before } = await scene.progress(witness);
      const told = await scene.until(
        witness,
        ({ sealed, cycles }) => sealed > before + 3 && isPassedOver(cycles, mspId, before + 1),
      );
      // What began before nobody reached it says nothing of that.
      return { ...told, cycles: told.cycles.filter(({ checkNum }) => Number(checkNum) > before + 1) };
    });
    const reported = during.cycles.flatMap(({ late }) => late.map((row) => row.mspId));
    expect(reported).toContain(mspId);
    // Whom the one that is cut off would report.
    expect(reported).not.toContain('Org2MSP');
    expect(cycleIn(during, during.sealed).endorsers).toEqual(['Org1MSP', 'Org2MSP']);
    const after = await scene.until(witness, ({ cycles }) =>
      cycles.some(({ checkNum, initiator }) => Number(checkNum) > during.sealed && initiator === mspId),
    );
    expect(after.sealed).toBeGreaterThan(during.sealed);
  });

  it('a clock that is four minutes wrong is no hindrance', async () => {
    await scene.restart('org2.master', steps.withClock(4 * MINUTE_MS));
    const { sealed: before } = await scene.progress('org1');
    await scene.until('org1', ({ cycles }) =>
      cycles.some(({ checkNum, initiator }) => Number(checkNum) > before + 1 && initiator === 'Org2MSP'),
    );
    const { code, stdout } = await scene.cotrace.run('trace', traceId);
    expect([code, stdout]).toEqual([0, stdout]);
  });

  it('a clock that is ten minutes wrong costs its organisation its turn, its endorsement and its reports', async () => {
    await scene.restart('org2.master', steps.withClock(10 * MINUTE_MS));
    const { sealed: before } = await scene.progress('org1');
    // The first of three initiates, and the one whose clock is wrong is to warn and replace it.
    await steps.order('master: heights are asked', { by: 'org1.master', pauseMs: 15_000 });
    const { cycles } = await scene.until(
      'org1',
      ({ sealed, cycles: told }) => sealed > before + 6 && isPassedOver(told, 'Org2MSP', before + 1),
    );
    const later = cycles.filter(
      ({ checkNum, sealedMs }) => Number(checkNum) > before + 1 && sealedMs !== null,
    );
    for (const { initiator, endorsers } of later) {
      expect([initiator, ...endorsers]).not.toContain('Org2MSP');
    }
    const reported = later.flatMap(({ late }) => late.map(({ mspId }) => mspId));
    expect(reported).toContain('Org2MSP');
    // Whom the one with the wrong clock would report.
    expect(reported).not.toContain('Org1MSP');
    expect(readFileSync(scene.workspace.log('org2.master'), 'utf8')).toMatch(
      /could not seal a cycle.*"code":"CLOCK"/,
    );
    await scene.restart('org2.master', steps.env);
  });

  it(`sealing that stops for ${STOPPED_CYCLES} cycles is caught up with, and nothing that was needed is gone`, async () => {
    const { stopped, closed } = await steps.during('closed-checking', async () => {
      const closed = await scene.progress('org1');
      const stopped = await scene.until(
        'org1',
        ({ computed, sealed }) => computed >= sealed + STOPPED_CYCLES && computed >= closed.computed + 10,
      );
      const block = cycleIn(stopped, stopped.sealed).lastBlock;
      const { code, said } = await scene.cotrace
        .run('trace', traceId, '--at', block)
        .then(({ code: exit, stdout, stderr }) => ({ code: exit, said: stdout + stderr }));
      expect([code, said]).toEqual([0, said]);
      return { stopped, closed };
    });
    expect(stopped.sealed).toBeLessThan(closed.sealed + 3);
    const caughtUp = await scene.until('org1', ({ sealed }) => sealed >= stopped.computed);
    for (let n = stopped.sealed + 2; n <= stopped.computed; n++) {
      const { late, recorded } = cycleIn(caughtUp, n);
      expect({ n, late, recorded }).toEqual({ n, late: [], recorded: true });
    }
  });
}
