import { create } from '@bufbuild/protobuf';
import type { Consortium } from '../consortium/consortium.js';
import {
  AttestationListSchema,
  GrowthReplySchema,
  HeadsReplySchema,
  Master,
  MasterStatusSchema,
  type TraceHead,
} from '../gen/cotrace/cotrace_pb.js';
import type { MainPeer } from '../fabric/main-peer.js';
import type { HeightFeed } from '../node/feed.js';
import { rankMethods } from '../node/rank-methods.js';
import { streaming, unary, type RpcMethod } from '../node/rpc-method.js';
import { requireDomain, requireRole } from '../node/rpc-server.js';
import { folderBytes } from '../node/store.js';
import { withStore } from '../node/store-room.js';
import { attestationsOf } from './attestations-of.js';
import { businessBlock } from './business-block.js';
import type { Configurations } from './configurations.js';
import { findAll } from './find.js';
import type { Freshness } from './freshness.js';
import type { MasterHealth } from './master-health.js';
import type { MasterChecking } from './checking/master-checking.js';
import { checkingMethods } from './checking/services.js';
import type { MasterLedger } from './master-ledger.js';
import { growthOf } from './growth.js';
import { Prover } from './proof/prover.js';
import { walkTrace } from './trace-walk.js';
import { MASTER_REQUESTS } from './limits.js';

/** What the master's service answers from. */
export interface MasterParts {
  readonly name: string;
  readonly mspId: string;
  readonly consortium: Consortium;
  readonly ledger: MasterLedger;
  readonly feed: HeightFeed;
  readonly peer: Pick<MainPeer, 'blockOfTransaction'>;
  readonly health: MasterHealth;
  readonly configurations: Configurations;
  readonly freshness: Pick<Freshness, 'tip'>;
  readonly checking: MasterChecking;
}

/** The methods of `cotrace.v1.Master`. */
export function masterMethods(parts: MasterParts) {
  const { consortium, ledger, feed, peer, health, configurations, freshness, checking } = parts;
  const { store } = ledger;
  const prover = new Prover(ledger, consortium.checkingHeight);
  const find = (txId: string) => peer.blockOfTransaction(txId);

  return {
    status: unary(Master.method.status, MASTER_REQUESTS.empty, async () => {
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
        quorum: (await configurations.newest())?.quorum ?? 0,
      });
    }),

    attestations: streaming(
      Master.method.attestations,
      MASTER_REQUESTS.place,
      async function* ({ blockNum }, _caller, signal) {
        for await (const number of feed.numbers(blockNum, signal)) yield store.attestation(number);
      },
    ),

    attestationsOf: unary(Master.method.attestationsOf, MASTER_REQUESTS.numbers, async ({ blockNums }) =>
      create(AttestationListSchema, {
        attestations: await attestationsOf(
          store,
          blockNums.filter((blockNum) => blockNum < feed.height),
        ),
      }),
    ),

    businessBlocks: streaming(
      Master.method.businessBlocks,
      MASTER_REQUESTS.place,
      async function* (request, caller, signal) {
        requireRole(caller, ['business']);
        requireDomain(caller, request.domain);
        for await (const blockNum of feed.numbers(request.blockNum, signal)) {
          yield businessBlock(store, blockNum, request.domain);
        }
      },
    ),

    traceHeads: unary(
      Master.method.traceHeads,
      MASTER_REQUESTS.traceIds,
      async ({ traceIds, domain }, caller) => {
        if (domain !== '') requireDomain(caller, domain);
        else requireRole(caller, ['client', 'master']);
        const domains = domain === '' ? await store.tracedDomains() : [domain];
        const heads = (traceId: string) =>
          domains.map((name) => store.head(name, traceId)).filter((head): head is TraceHead => head !== null);
        return create(HeadsReplySchema, {
          height: feed.height,
          traces: traceIds.map((traceId) => ({ traceId, heads: heads(traceId) })),
        });
      },
    ),

    find: unary(Master.method.find, MASTER_REQUESTS.keys, ({ keys, blockNum }, caller) => {
      for (const { what } of keys) {
        if (what.case === 'state') requireDomain(caller, what.value.domain);
        else requireRole(caller, ['client', 'master']);
      }
      return findAll(ledger, consortium.checkingHeight, keys, blockNum ?? null);
    }),

    prove: streaming(Master.method.prove, MASTER_REQUESTS.proof, (request, caller, signal) => {
      requireRole(caller, ['client', 'master']);
      return prover.prove(request, caller.name, signal);
    }),

    growth: unary(Master.method.growth, MASTER_REQUESTS.growth, (request, caller) => {
      requireRole(caller, ['client', 'master']);
      return create(GrowthReplySchema, { proof: growthOf(store.events, request) });
    }),

    ...rankMethods(Master, { c: consortium.checkingHeight, pages: (domain) => store.ranks.pages(domain) }),

    freshness: unary(Master.method.freshness, MASTER_REQUESTS.empty, () => freshness.tip()),

    ...checkingMethods({
      consortium,
      ledger,
      checking: checking.ledger,
      sealed: checking.sealed,
      initiator: () => checking.initiator(),
      diverged: () => checking.diverged,
    }),

    trace: streaming(
      Master.method.trace,
      MASTER_REQUESTS.traceId,
      async function* ({ traceId, maxRecords }, caller, signal) {
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
  } satisfies Record<keyof typeof Master.method, RpcMethod>;
}
