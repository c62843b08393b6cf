import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CycleSchema } from '../gen/cotrace/cotrace_pb.js';
import type { MasterAnswers } from './fake-network.js';

/** What a master answers that knows so many cycles, each sealed by one of three organisations; `others` are of some of them. */
export function masterWithCycles(
  computed: number,
  others: Readonly<Record<number, Omit<MessageInitShape<typeof CycleSchema>, '$typeName'>>> = {},
  state: object = {},
): MasterAnswers {
  const cycleOf = (checkNum: number) => ({
    checkNum: BigInt(checkNum),
    recorded: true,
    sealedMs: 1_767_225_600_000n + BigInt(checkNum) * 60_000n,
    initiator: `org${(checkNum % 3) + 1}MSP`,
    endorsers: ['org1MSP', 'org2MSP'],
    anchorBlock: BigInt(checkNum) * 1024n + 1n,
    ...others[checkNum],
  });
  return {
    checkingStatus: () =>
      Promise.resolve({
        computed: BigInt(computed),
        sealed: BigInt(computed),
        checkingHeight: 1024,
        ...state,
      }),
    cycles: ({ checkNum, count }) =>
      Promise.resolve({
        cycles: Array.from({ length: count }, (_, i) => cycleOf(Number(checkNum) + i)),
      }),
  };
}
