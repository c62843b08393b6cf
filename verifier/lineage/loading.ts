import { lineageAndNeeds, waysOf } from './lineage.js';
import { factsOf } from './record-facts.js';
import type { LineageAnswer, LineageNeeds, LineageQuestion, ShownEvent, ShownTraces, Way } from './types.js';

/** Gives the events of identifiers, each at least as row; what it does not name has no events. */
export type LoadTraces = (traceIds: readonly string[]) => Promise<ShownTraces>;

/**
 * A lineage as `lineageAndNeeds`, of traces that are loaded as they are reached, many at a time and each once. What
 * transformations lead to is loaded ahead, so that a chain of any length is gone through only once for each containment
 * or lot on the way; so `shown` may have traces that the lineage does not need.
 */
export async function lineageLoading(
  question: LineageQuestion,
  load: LoadTraces,
): Promise<{ answer: LineageAnswer; needs: LineageNeeds; shown: ShownTraces }> {
  const shown = new Map<string, readonly ShownEvent[]>();
  const loadAll = async (wanted: readonly string[], way: Way | null): Promise<void> => {
    for (let ids = wanted; ids.length > 0; ids = ahead(ids, shown, way, question.limits.identifiers)) {
      const loaded = await load(ids);
      for (const id of ids) shown.set(id, loaded.get(id) ?? []);
    }
  };
  await loadAll([question.traceId], null);
  for (const way of waysOf(question.direction)) {
    const direction = way ?? 'none';
    await loadAll(ahead([question.traceId], shown, way, question.limits.identifiers), way);
    for (;;) {
      const { answer } = lineageAndNeeds({ ...question, direction }, shown);
      const missing = answer.open.filter((one) => one.missing === 'trace').map(({ traceId }) => traceId);
      if (missing.length === 0) break;
      await loadAll(missing, way);
    }
  }
  return { ...lineageAndNeeds(question, shown), shown };
}

/** What transformations lead to from these traces and is not loaded, as long as the limit is not reached. */
function ahead(ids: readonly string[], shown: ShownTraces, way: Way | null, most: number): readonly string[] {
  if (way === null) return [];
  const [own, side, other] =
    way === 'up'
      ? (['output', 'process-gives', 'input'] as const)
      : (['input', 'process-takes', 'output'] as const);
  const found = new Set<string>();
  for (const event of ids.flatMap((id) => shown.get(id) ?? [])) {
    if (event.shown !== 'record') continue;
    const { roles } = event.row;
    const facts = factsOf(event.record);
    if (roles.includes(own) || roles.includes(side)) for (const id of facts.idsIn(other)) found.add(id);
    if (roles.includes(own)) for (const id of facts.idsIn('process')) found.add(id);
  }
  return [...found].filter((id) => !shown.has(id)).slice(0, Math.max(0, most - shown.size));
}
