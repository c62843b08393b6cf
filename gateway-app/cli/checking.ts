import type { Connections } from '../client/connections.js';
import { faultText } from '../client/faults.js';
import { listCycles, type CycleAnswer, type CycleQuestion, type CycleRow } from '../client/list-cycles.js';
import { EXIT, table, type Output } from './output.js';
import { secondsText } from './trace-words.js';

/** `cotrace checking`: cycles, as a master knows them; exit code 1 where the one asked for has not ended. */
export async function checking(
  connections: Connections,
  question: CycleQuestion,
  output: Output,
): Promise<number> {
  const answer = await listCycles(connections, question);
  const faults = connections.faults.list();
  const { checkingHeight } = connections.context.consortium;
  output.result({ ...answer, faults }, () => [
    ...linesOf(answer, question, BigInt(checkingHeight)),
    ...faults.map(faultText),
  ]);
  return 'cycle' in question && answer.cycles.length === 0 ? EXIT.failed : EXIT.done;
}

function linesOf(
  { cycles, computed, sealed, expected, master }: CycleAnswer,
  question: CycleQuestion,
  c: bigint,
): string[] {
  if (cycles.length === 0) {
    const next = 'cycle' in question ? question.cycle : 1n;
    return [
      `cycle ${next} has not ended: its last block is ${next * c}, and ${master} has not come to it`,
      'when it has, the masters have it sealed within seconds; `cotrace nodes` shows how far main is',
    ];
  }
  return [
    ...table([
      ['CYCLE', 'BLOCKS', 'SEALED AT', 'BY', 'ENDORSED BY', 'ANCHORED IN', 'LATE'],
      ...cycles.map(cellsOf),
    ]),
    ...('cycle' in question ? cycles.map(({ headerHash }) => `header ${headerHash ?? '-'}`) : []),
    `${sealed} of ${computed} cycles are sealed, as ${master} says` +
      (expected === null ? '' : `; ${expected} is expected to have the next one sealed`),
  ];
}

function cellsOf(cycle: CycleRow): string[] {
  const { checkNum, firstBlock, lastBlock, initiator, endorsers, anchorBlock, late } = cycle;
  return [
    String(checkNum),
    `${firstBlock} to ${lastBlock}`,
    sealedText(cycle),
    initiator ?? '-',
    endorsers.length === 0 ? '-' : endorsers.join(', '),
    anchorBlock === null ? '-' : `block ${anchorBlock}`,
    late.map(({ mspId, kind, attempt }) => `${mspId}: ${kind}, attempt ${attempt}`).join('; '),
  ];
}

/** What is recorded and not sealed has too few endorsements that count: members have it sealed again. */
function sealedText({ sealedMs, recorded }: CycleRow): string {
  if (sealedMs !== null) return secondsText(sealedMs / 1000n);
  return recorded ? 'recorded, not sealed' : 'not yet';
}
