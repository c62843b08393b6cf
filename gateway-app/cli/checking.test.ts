import { describe, expect, it } from '@jest/globals';
import type { CycleQuestion } from '../client/list-cycles.js';
import { fakeConnections, type MasterAnswers } from '../testing/fake-network.js';
import { masterWithCycles } from '../testing/master-with-cycles.js';
import { spoken } from '../testing/printed.js';
import { checking } from './checking.js';
import { EXIT, Output } from './output.js';

const shown = (master: MasterAnswers, question: CycleQuestion = { last: 10 }, json = false) =>
  spoken(() => checking(fakeConnections({ nodes: { 'org1.master': master } }), question, new Output(json)));

const cellsOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));

describe('cotrace checking', () => {
  it('has a line a cycle: its blocks, when and by whom it was sealed, where it is anchored, who was late', async () => {
    const late = [
      { attempt: 0, kind: 'warning', mspId: 'org3MSP' },
      { attempt: 0, kind: 'penalty', mspId: 'org3MSP' },
    ];
    const open = { sealedMs: 0n, initiator: '', endorsers: [], anchorBlock: 0n };
    const master = masterWithCycles(
      4,
      { 2: { late }, 3: open, 4: { ...open, recorded: false } },
      { sealed: 2n, initiator: 'org2MSP' },
    );
    const { code, text } = await shown(master);
    expect([code, cellsOf(text)]).toEqual([
      EXIT.done,
      [
        ['CYCLE', 'BLOCKS', 'SEALED AT', 'BY', 'ENDORSED BY', 'ANCHORED IN', 'LATE'],
        ['1', '1 to 1024', '2026-01-01T00:01:00Z', 'org2MSP', 'org1MSP, org2MSP', 'block 1025'],
        [
          ...['2', '1025 to 2048', '2026-01-01T00:02:00Z', 'org3MSP', 'org1MSP, org2MSP', 'block 2049'],
          'org3MSP: warning, attempt 0; org3MSP: penalty, attempt 0',
        ],
        ['3', '2049 to 3072', 'recorded, not sealed', '-', '-', '-'],
        ['4', '3073 to 4096', 'not yet', '-', '-', '-'],
        ['2 of 4 cycles are sealed, as org1.master says; org2MSP is expected to have the next one sealed'],
      ],
    ]);
  });

  it('says before the first cycle ended what to expect', async () => {
    const { code, text } = await shown(masterWithCycles(0));
    expect([code, text.split('\n')]).toEqual([
      EXIT.done,
      [
        'cycle 1 has not ended: its last block is 1024, and org1.master has not come to it',
        'when it has, the masters have it sealed within seconds; `cotrace nodes` shows how far main is',
        '',
      ],
    ]);
  });

  it('fails for a cycle that has not ended', async () => {
    const { code, text } = await shown(masterWithCycles(2), { cycle: 3n });
    expect(code).toBe(EXIT.failed);
    expect(text).toContain('cycle 3 has not ended: its last block is 3072');
  });

  it('shows the header of the cycle asked for, so that organisations can compare it', async () => {
    const { text } = await shown(masterWithCycles(2), { cycle: 2n });
    expect(text.split('\n')[2]).toBe('header -');
  });

  it('is as much as JSON', async () => {
    const { text } = await shown(masterWithCycles(1), { cycle: 1n }, true);
    expect(JSON.parse(text)).toEqual({
      ...{ master: 'org1.master', computed: '1', sealed: '1', expected: null, faults: [] },
      cycles: [
        {
          ...{ checkNum: '1', firstBlock: '1', lastBlock: '1024', headerHash: null, recorded: true },
          ...{ sealedMs: '1767225660000', initiator: 'org2MSP', endorsers: ['org1MSP', 'org2MSP'] },
          ...{ anchorBlock: '1025', late: [] },
        },
      ],
    });
  });
});
