import { create } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import type { Consortium } from '../consortium.js';
import {
  AttestationListSchema,
  HeadsReplySchema,
  MasterStatusSchema,
  type Blocks,
  type DomainFromBlock,
  type FindRequest,
  type FromBlock,
  type HeadsRequest,
  type TraceHead,
  type TraceRequest,
} from '../gen/cotrace/cotrace_pb.js';
import type { MainPeer } from '../fabric/main-peer.js';
import type { HeightFeed } from '../node/feed.js';
import { requestErrors, type Log } from '../node/log.js';
import { requireDomain, requireRole, streaming, unary } from '../node/rpc-server.js';
import { folderBytes } from '../node/store.js';
import { withStore } from '../node/store-room.js';
import { businessBlock } from './business-block.js';
import { findAll } from './find.js';
import type { MasterHealth } from './master-health.js';
import type { MasterLedger } from './master-ledger.js';
import { walkTrace } from './trace-walk.js';

/** The most blocks or TraceIDs that one request may ask for. */
const MAX_ITEMS = 1000;

/** What the master's service answers from. */
export interface MasterParts {
  readonly name: string;
  readonly mspId: string;
  readonly consortium: Consortium;
  readonly ledger: MasterLedger;
  readonly feed: HeightFeed;
  readonly peer: Pick<MainPeer, 'blockOfTransaction'>;
  readonly health: MasterHealth;
  readonly log: Log;
}

/** The handlers of `cotrace.v1.Master`. */
export function masterHandlers(parts: MasterParts) {
  const { consortium, ledger, feed, peer, health, log } = parts;
  const { store } = ledger;
  const find = (txId: string) => peer.blockOfTransaction(txId);
  const onError = requestErrors(log);

  return {
    Status: unary(consortium, onError, async () => {
      const { state, reason } = await withStore(health.standing(), store.folder);
      return create(MasterStatusSchema, {
        name: parts.name,
        mspId: parts.mspId,
        height: feed.height,
        ledgerHeight: health.ledgerHeight,
        storeBytes: BigInt(await folderBytes(store.folder)),
        state,
        reason,
        behindSeconds: health.behindSeconds,
      });
    }),

    Attestations: streaming(consortium, onError, async function* ({ blockNum }: FromBlock, _caller, signal) {
      for await (const number of feed.numbers(blockNum, signal)) yield store.attestation(number);
    }),

    AttestationsOf: unary(consortium, onError, ({ blockNums }: Blocks) => {
      limit(blockNums.length, 'blocks');
      return create(AttestationListSchema, {
        attestations: blockNums
          .filter((number) => number < feed.height)
          .map((number) => store.attestation(number)),
      });
    }),

    BusinessBlocks: streaming(
      consortium,
      onError,
      async function* (request: DomainFromBlock, caller, signal) {
        requireRole(caller, ['business']);
        requireDomain(caller, request.domain);
        for await (const number of feed.numbers(request.blockNum, signal)) {
          yield businessBlock(store, number, request.domain);
        }
      },
    ),

    TraceHeads: unary(consortium, onError, async ({ traceIds, domain }: HeadsRequest, caller) => {
      limit(traceIds.length, 'TraceIDs');
      if (domain !== '') requireDomain(caller, domain);
      else requireRole(caller, ['client', 'master']);
      const domains = domain === '' ? await store.tracedDomains() : [domain];
      const heads = (traceId: string) =>
        domains.map((name) => store.head(name, traceId)).filter((head): head is TraceHead => head !== null);
      return create(HeadsReplySchema, {
        height: feed.height,
        traces: traceIds.map((traceId) => ({ traceId, heads: heads(traceId) })),
      });
    }),

    Find: unary(consortium, onError, ({ keys, blockNum }: FindRequest, caller) => {
      for (const { what } of keys) {
        if (what.case === 'state') requireDomain(caller, what.value.domain);
        else requireRole(caller, ['client', 'master']);
      }
      return findAll(ledger, consortium.checkingHeight, keys, blockNum ?? null);
    }),

    Trace: streaming(
      consortium,
      onError,
      async function* ({ traceId, maxRecords }: TraceRequest, caller, signal) {
        requireRole(caller, ['client', 'master']);
        let sent = 0;
        for (const domain of await store.tracedDomains()) {
          for await (const transaction of walkTrace(store, domain, traceId, find)) {
            if (signal.aborted || (maxRecords > 0 && sent >= maxRecords)) return;
            sent += 1;
            yield transaction;
          }
        }
      },
    ),
  };
}

function limit(count: number, what: string): void {
  if (count > MAX_ITEMS) {
    throw new CotraceError('BAD_REQUEST', `at most ${MAX_ITEMS} ${what} in one request, not ${count}`, {
      count,
    });
  }
}
