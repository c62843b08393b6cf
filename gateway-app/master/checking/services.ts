import { create } from '@bufbuild/protobuf';
import { checkingHeaderHash, CotraceError, RULES } from '@cotrace/core';
import type { Consortium } from '../../consortium/consortium.js';
import {
  CheckingStateSchema,
  CycleListSchema,
  CycleSchema,
  Master,
  type Cycle,
} from '../../gen/cotrace/cotrace_pb.js';
import type { HeightFeed } from '../../node/feed.js';
import { streaming, unary } from '../../node/rpc-method.js';
import { requireDomain, requireRole } from '../../node/rpc-server.js';
import { MASTER_REQUESTS, MAX_CYCLES } from '../limits.js';
import type { MasterLedger } from '../master-ledger.js';
import type { CheckingLedger } from './checking-ledger.js';
import { sealedHeader } from './sealed-header.js';

/** What the methods about checking cycles answer from. */
export interface CheckingServiceParts {
  readonly consortium: Pick<Consortium, 'checkingHeight' | 'checking'>;
  readonly ledger: MasterLedger;
  readonly checking: CheckingLedger;
  /** The number after the newest cycle up to which all are sealed. */
  readonly sealed: HeightFeed;
  /** MSP id of who is to initiate the oldest cycle that is due; empty where none is. */
  readonly initiator: () => Promise<string>;
  /** What differs from what a quorum sealed; empty where nothing does. */
  readonly diverged: () => string;
}

/** The methods of `cotrace.v1.Master` about checking cycles. */
export function checkingMethods(parts: CheckingServiceParts) {
  const { ledger, checking, sealed } = parts;
  const { cycles, checking: rows } = ledger.store;
  return {
    checkingStatus: unary(Master.method.checkingStatus, MASTER_REQUESTS.place, async ({ checkNum }) => {
      const header = cycles.header(checkNum);
      const { t1, t2 } = parts.consortium.checking;
      return create(CheckingStateSchema, {
        computed: ledger.chain?.count ?? 0n,
        recorded: checking.recorded.checkNum,
        sealed: checking.sealed.checkNum,
        anchored: ledger.anchored,
        headerHash: header === null ? new Uint8Array() : checkingHeaderHash(header),
        checkingHeight: parts.consortium.checkingHeight,
        t1Ms: t1 * 1000,
        t2Ms: t2 * 1000,
        initiator: await parts.initiator(),
        diverged: parts.diverged(),
        rules: ledger.rules,
        knownRules: RULES,
      });
    }),

    sealedHeaders: streaming(
      Master.method.sealedHeaders,
      MASTER_REQUESTS.place,
      async function* ({ domain, checkNum }, caller, signal) {
        requireRole(caller, ['business']);
        requireDomain(caller, domain);
        for await (const n of sealed.numbers(checkNum < 1n ? 1n : checkNum, signal)) {
          const seal = rows.seal(n)?.envelope ?? new Uint8Array();
          yield sealedHeader({ ...cycles.need(n), seal }, domain);
        }
      },
    ),

    cycles: unary(Master.method.cycles, MASTER_REQUESTS.place, async ({ checkNum, count }) => {
      if (count < 1 || count > MAX_CYCLES) {
        throw new CotraceError('BAD_REQUEST', `1 to ${MAX_CYCLES} cycles in one request, not ${count}`);
      }
      const found: Cycle[] = [];
      for (let n = checkNum < 1n ? 1n : checkNum; found.length < count; n += 1n) {
        const header = cycles.header(n);
        if (header === null) break;
        found.push(await cycleOf(n, header));
      }
      return create(CycleListSchema, { cycles: found });
    }),
  };

  async function cycleOf(checkNum: bigint, header: Uint8Array): Promise<Cycle> {
    const seal = rows.seal(checkNum);
    return create(CycleSchema, {
      checkNum,
      header,
      recorded: rows.isRecorded(checkNum),
      sealedMs: seal?.timeMs ?? 0n,
      initiator: seal?.creator ?? '',
      endorsers: seal?.endorsers ?? [],
      anchorBlock: cycles.anchorBlock(checkNum) ?? 0n,
      late: await rows.late(checkNum),
    });
  }
}
