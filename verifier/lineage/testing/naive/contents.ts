import type { Facts } from './facts.js';
import type { Stay } from './open-stay.js';
import { staysOf } from './stays.js';
import { join, type Why } from './why.js';

/** First and last instant. */
export type Span = readonly [number, number];

/** A stay that ended. */
export interface Left {
  readonly child: string;
  readonly bond: string;
  readonly stay: Stay;
}

/** The doubts about the pair over these instants. */
export function doubtsOf(
  facts: Facts,
  parent: string,
  child: string,
  bond: string,
  from: number,
  to: number,
): Why {
  const parts = (['certain', 'all'] as const).flatMap((layer) =>
    layer === 'certain' && bond === 'other'
      ? []
      : staysOf(facts, parent, child, bond, layer).flatMap((stay) => stay.parts),
  );
  return join(...parts.filter((part) => part.from <= to && part.to >= from).map(({ why }) => why));
}

/** What left a container last before the span, if nothing was in it by the word of one who knows it. */
export function lastIn(facts: Facts, id: string, span: Span): Left[] {
  const contents = facts.ids().flatMap((child) =>
    ['aggregation', 'other'].flatMap((bond) =>
      staysOf(facts, id, child, bond, 'all').map((stay) => {
        const sure = staysOf(facts, id, child, bond, 'vouched').flatMap(({ parts }) =>
          parts.filter(({ why }) => why.size === 0),
        );
        const vouched = (from: number, to: number): boolean =>
          [...stay.openers].some((organisation) => facts.isFamiliar(organisation, id)) &&
          sure.some((part) => part.from <= Math.min(to, stay.to) && part.to >= Math.max(from, stay.from));
        return { child, bond, stay, vouched };
      }),
    ),
  );
  const inside = contents.some(
    ({ stay, vouched }) => stay.from <= span[1] && stay.to >= span[0] && vouched(span[0], span[1]),
  );
  const before = contents.filter(({ stay }) => stay.to < span[0]);
  const vouchedFor = before.filter(({ stay, vouched }) => vouched(stay.from, stay.to));
  const since = Math.max(...vouchedFor.map(({ stay }) => stay.to));
  return inside ? [] : before.filter(({ stay }) => stay.to >= since);
}
