import { compareEvents, type TraceEvent } from '@cotrace/core';
import type { BrokenChain } from './answer.js';
import type { ReadTrace } from './contents.js';
import type { ChainLink } from './row-text.js';

/**
 * Rows of a trace that do not stand where the one before them in their domain says: `ver` counts 1, 2, 3 …, and each names
 * the transaction of the one before. Only of a trace of which every event is shown at least as row or mark. A foreign row,
 * or a deletion after which `ver` began again, shows as a break.
 */
export function brokenChains({ traceId, events, unlisted }: ReadTrace): BrokenChain[] {
  const isShown = ({ shown }: ReadTrace['events'][number]): boolean =>
    shown === null || shown.shown === 'row' || shown.shown === 'record';
  if (unlisted.length > 0 || !events.every(isShown)) return [];
  const links = events.flatMap(({ leaf, link }) => (leaf === null || link === null ? [] : [{ leaf, link }]));
  const last = new Map<string, { readonly leaf: TraceEvent; readonly link: ChainLink }>();
  return links
    .sort((a, b) => compareEvents(a.leaf, b.leaf))
    .flatMap(({ leaf, link }) => {
      const before = last.get(leaf.domain);
      last.set(leaf.domain, { leaf, link });
      const follows =
        link.ver === (before?.link.ver ?? 0) + 1 && link.preTraceTxId === (before?.leaf.txId ?? null);
      return follows ? [] : [{ traceId, domain: leaf.domain, txId: leaf.txId }];
    });
}
