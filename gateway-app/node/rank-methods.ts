import { create } from '@bufbuild/protobuf';
import { LIFECYCLE_NAMESPACE, RankView, type PageReader } from '@cotrace/core';
import {
  RankGroupReplySchema,
  RankNodesReplySchema,
  RankRootSchema,
  type Business,
  type Master,
} from '../gen/cotrace/cotrace_pb.js';
import { RANK_REQUESTS } from './limits.js';
import { unary, type KnownCaller } from './rpc-method.js';
import { requireDomain, requireRole } from './rpc-server.js';

/** The height of a tree. */
interface Height {
  readonly domain: string;
  readonly checkNum: bigint;
}

type RankService = typeof Master | typeof Business;

/** What a node answers questions about rank trees from. */
export interface RankServing {
  /** Checking height. */
  readonly c: number;
  /** The pages of the tree of a domain, or of `_lifecycle`. Throws `NOT_YOUR_DOMAIN` or another refusal where the node has none. */
  readonly pages: (domain: string) => PageReader;
}

/**
 * The methods of a service by which business nodes compare their rank tree of their domain, or of `_lifecycle`, with another node's,
 * as it was at the end of a cycle: what `RankPeer` asks. They throw `NOT_FROZEN` where that height is not kept, `BAD_REQUEST`, `RANK_TREE_DAMAGED`.
 */
export function rankMethods({ method }: RankService, { c, pages }: RankServing) {
  /** The view that was asked for last: a comparison asks for one many times. */
  let last: { readonly domain: string; readonly checkNum: bigint; readonly view: RankView } | null = null;
  const viewOf = ({ domain, checkNum }: Height, caller: KnownCaller): RankView => {
    requireRole(caller, ['business']);
    // Every node of the consortium holds `_lifecycle`.
    if (domain !== LIFECYCLE_NAMESPACE) requireDomain(caller, domain);
    if (last?.domain !== domain || last.checkNum !== checkNum) {
      last = { domain, checkNum, view: new RankView(pages(domain), c, checkNum * BigInt(c)) };
    }
    return last.view;
  };
  return {
    rankTop: unary(method.rankTop, RANK_REQUESTS.place, (height, caller) =>
      create(RankRootSchema, { root: viewOf(height, caller).top.root }),
    ),
    rankNodes: unary(method.rankNodes, RANK_REQUESTS.nodes, (request, caller) => {
      const { rank, level, positions } = request;
      return create(RankNodesReplySchema, {
        hashes: viewOf(request, caller).nodes(rank ?? 'ranks', level, positions),
      });
    }),
    rankGroup: unary(method.rankGroup, RANK_REQUESTS.place, (request, caller) =>
      create(RankGroupReplySchema, viewOf(request, caller).group(request.blockNum, request.offset)),
    ),
  };
}
