/** Why something is undecided (docs/formats.md, Lineage). The order is that of their bits in a {@link Why}. */
export const REASONS = [
  'BEYOND',
  'CLASS_ONLY',
  'EMPTIED',
  'LOT_PART',
  'MADE_TWICE',
  'NO_OPENING',
  'ORDER',
  'OTHER_ORGANISATION',
  'OTHER_RECORDER',
  'OVERLAP',
  'QUANTITY',
  'RELOADED',
  'SAME_TIME',
  'STRANGER',
  'TWO_LOTS',
  'WITHDRAWN',
] as const;

export type Reason = (typeof REASONS)[number];

/** A set of reasons, one bit each; 0 is none, and so certain. */
export type Why = number;

export const CERTAIN: Why = 0;

export function why(...reasons: Reason[]): Why {
  return reasons.reduce((set, reason) => set | (1 << REASONS.indexOf(reason)), CERTAIN);
}

/** The names of the reasons, sorted. */
export function reasonsOf(set: Why): Reason[] {
  return REASONS.filter((_, bit) => (set & (1 << bit)) !== 0);
}
