import type { OwnCycle, OwnFacts } from '@cotrace/chaincode';
import type { CheckingLedger } from './checking-ledger.js';
import {
  MAX_HEADERS,
  type CheckingView,
  type DueCycle,
  type Patience,
  type UnanchoredCycle,
} from './next-action.js';
import { sealingConfig, type SealingParts } from './sealing-config.js';

/** From what a master sees its turn, and what its contract answers from. */
export interface ViewParts extends SealingParts {
  readonly checking: CheckingLedger;
  readonly networkId: Uint8Array;
  /** Own MSP id. */
  readonly own: string;
  readonly patience: Patience;
  /** Whether a quorum sealed another header than this master computed: it has no turns then. */
  readonly isDiverged: () => boolean;
}

/** Cycles before the newest sealed one of which parts may still be recorded. */
export const PAST_CYCLES = 64n;

/** Cycles after it that may be sealed next: of one transaction, and as many by somebody who is further. */
const COMING_CYCLES = 2n * MAX_HEADERS;

/** MSP ids of the membership that seals cycle `checkNum`. */
export async function sealersOf(parts: SealingParts, checkNum: bigint): Promise<string[]> {
  const { members } = await sealingConfig(parts, checkNum);
  return members.map(({ mspId }) => mspId);
}

/** What a master's turn is decided by, as of now. */
export async function checkingView(parts: ViewParts): Promise<CheckingView> {
  if (parts.isDiverged()) return { own: parts.own, due: null, unanchored: null };
  return { own: parts.own, due: await dueCycle(parts), unanchored: await unanchoredCycle(parts) };
}

async function dueCycle(parts: ViewParts): Promise<DueCycle | null> {
  const { ledger, checking } = parts;
  const { recorded, sealed } = checking;
  const computed = ledger.chain?.count ?? 0n;
  const checkNum = least(recorded.checkNum, sealed.checkNum) + 1n;
  if (checkNum > computed) return null;
  const { store } = ledger;
  const isDone = (n: bigint): boolean => store.checking.isRecorded(n) && store.checking.seal(n) !== null;
  let newest = checkNum;
  while (newest < computed && newest - checkNum + 1n < MAX_HEADERS && !isDone(newest + 1n)) newest += 1n;
  return {
    checkNum,
    newest,
    startedMs: Math.max(store.cycles.need(checkNum).dueMs, recorded.sinceMs),
    members: await sealersOf(parts, checkNum),
    late: await store.checking.late(checkNum),
    isRecorded: store.checking.isRecorded(checkNum),
  };
}

/** The newest sealed cycle, unless main has its anchor, or nothing but anchors has come since the last one that it has. */
async function unanchoredCycle(parts: ViewParts): Promise<UnanchoredCycle | null> {
  const { ledger, checking } = parts;
  const { checkNum, sinceMs } = checking.sealed;
  const { store, anchored } = ledger;
  const seal = store.checking.seal(checkNum);
  if (seal === null || anchored >= checkNum) return null;
  let isBusy = false;
  for (let n = checkNum; n > anchored && n > checkNum - PAST_CYCLES && !isBusy; n -= 1n) {
    isBusy = store.cycles.need(n).busy;
  }
  if (!isBusy) return null;
  return { checkNum, sealedMs: sinceMs, initiator: seal.creator, members: await sealersOf(parts, checkNum) };
}

/** What the contract answers from, as of now. */
export async function ownFacts(parts: ViewParts): Promise<OwnFacts> {
  const { ledger, checking, networkId, patience } = parts;
  const { recorded, sealed } = checking;
  const computed = ledger.chain?.count ?? 0n;
  const open = least(recorded.checkNum, sealed.checkNum);
  const oldest = open - PAST_CYCLES;
  const newest = least(computed, open + COMING_CYCLES);
  const cycles: OwnCycle[] = [];
  for (let n = oldest < 1n ? 1n : oldest; n <= newest; n += 1n) {
    const { checkNum, header, parts: leaves } = ledger.store.cycles.need(n);
    cycles.push({ checkNum, header, parts: leaves });
  }
  const next = recorded.checkNum + 1n;
  const due = ledger.store.cycles.ended(next);
  return {
    networkId,
    cycles,
    recorded: recorded.checkNum,
    sealed: sealed.checkNum,
    recordedBeyond: checking.recordedBeyond(newest),
    sealedBeyond: checking.sealedBeyond(newest),
    members: await sealersOf(parts, due === null ? least(next, computed + 1n) : next),
    clock: due === null ? null : { checkNum: next, startedMs: Math.max(due.dueMs, recorded.sinceMs) },
    heardMs: checking.heardMs,
    ...patience,
  };
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
