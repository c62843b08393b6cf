import { create } from '@bufbuild/protobuf';
import { CotraceError, formatRev, LIFECYCLE_NAMESPACE } from '@cotrace/core';
import type { Consortium, ConsortiumNode } from '../consortium/consortium.js';
import {
  Business,
  BusinessStatusSchema,
  EvidenceListSchema,
  StateDigestSchema,
  StateReplySchema,
} from '../gen/cotrace/cotrace_pb.js';
import type { HeightFeed } from '../node/feed.js';
import { rankMethods } from '../node/rank-methods.js';
import { streaming, unary, type KnownCaller, type RpcMethod } from '../node/rpc-method.js';
import { requireDomain, requireRole } from '../node/rpc-server.js';
import { folderBytes } from '../node/store.js';
import { withStore } from '../node/store-room.js';
import type { BlockRing } from './block-ring.js';
import type { BusinessHealth } from './business-health.js';
import type { CycleBook } from './checking/cycle-book.js';
import type { DomainStore } from './domain-store.js';
import type { DomainFollower } from './follower.js';
import { BUSINESS_REQUESTS } from './limits.js';
import type { RefusalLog } from './refusal-log.js';

/** What a business node's service answers from. */
export interface BusinessParts {
  readonly node: ConsortiumNode;
  readonly consortium: Consortium;
  readonly store: DomainStore;
  readonly feed: HeightFeed;
  readonly ring: BlockRing;
  readonly follower: DomainFollower;
  readonly book: CycleBook;
  readonly health: BusinessHealth;
  readonly refusals: RefusalLog;
}

/** The methods of `cotrace.v1.Business`. */
export function businessMethods(parts: BusinessParts) {
  const { node, consortium, store, feed, ring, follower, book, health, refusals } = parts;
  const domain = node.domain ?? '';

  /** State is for the own organisation's clients and the domain's nodes. */
  const requireReader = (caller: KnownCaller) => {
    requireDomain(caller, domain);
    requireRole(caller, ['client', 'business']);
    if (caller.role === 'client' && caller.mspId !== node.mspId) {
      throw new CotraceError('NOT_YOUR_NODE', `${node.name} answers reads of its own organisation only`, {
        caller: caller.name,
      });
    }
  };

  return {
    status: unary(Business.method.status, BUSINESS_REQUESTS.empty, async () => {
      const { state, reason } = await withStore(follower.standing, store.folder);
      return create(BusinessStatusSchema, {
        name: node.name,
        mspId: node.mspId,
        domain,
        height: feed.height,
        dockedAt: follower.dockedAt ?? '',
        state,
        reason,
        behindSeconds: health.behindSeconds,
        refusals: refusals.all(),
        storeBytes: BigInt(await folderBytes(store.folder)),
        consistentUpTo: book.consistentUpTo,
        differences: book.differences.flatMap(({ domain: differing, checkNum, code, blocks }) =>
          (blocks.length === 0 ? [0n] : blocks).map((blockNum) => ({
            checkNum,
            blockNum,
            code,
            domain: differing,
          })),
        ),
      });
    }),

    businessBlocks: streaming(
      Business.method.businessBlocks,
      BUSINESS_REQUESTS.place,
      async function* (request, caller, signal) {
        requireRole(caller, ['business']);
        requireDomain(caller, domain);
        if (request.domain !== domain) {
          throw new CotraceError('BAD_REQUEST', `${node.name} holds ${domain}, not ${request.domain}`, {
            domain,
          });
        }
        for await (const blockNum of feed.numbers(request.blockNum, signal)) yield ring.get(blockNum);
      },
    ),

    getState: unary(Business.method.getState, BUSINESS_REQUESTS.key, ({ key }, caller) => {
      requireReader(caller);
      follower.requireAgreement();
      const entry = store.entry(domain, key);
      const { consistentUpTo } = book;
      if (entry === null || entry.deleted) {
        return create(StateReplySchema, { height: feed.height, consistentUpTo });
      }
      const { blockNum, txNum, verNum, value } = entry;
      const rev = formatRev({ blockNum, txNum, verNum }, consortium.checkingHeight);
      return create(StateReplySchema, { height: feed.height, found: true, value, rev, consistentUpTo });
    }),

    digest: unary(Business.method.digest, BUSINESS_REQUESTS.empty, async (_request, caller) => {
      requireReader(caller);
      return create(StateDigestSchema, {
        ...(await store.digest(domain)),
        consistentUpTo: book.consistentUpTo,
      });
    }),

    ...rankMethods(Business, {
      c: consortium.checkingHeight,
      pages: (asked) => {
        if (asked === domain || asked === LIFECYCLE_NAMESPACE) return store.rankOf(asked).pages;
        throw new CotraceError('BAD_REQUEST', `${node.name} holds ${domain}, not ${asked}`, { domain });
      },
    }),

    evidenceKept: unary(Business.method.evidenceKept, BUSINESS_REQUESTS.empty, async (_request, caller) => {
      // A dispute's evidence holds transactions of the domain.
      requireDomain(caller, domain);
      return create(EvidenceListSchema, { evidence: await store.evidence() });
    }),
  } satisfies Record<keyof typeof Business.method, RpcMethod>;
}
