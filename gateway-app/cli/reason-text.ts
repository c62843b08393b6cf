import type { Reason } from '@cotrace/verifier';

/** Why something is undecided, for people: the end of a sentence that begins with what it is (docs/formats.md, Lineage). */
export const REASON_TEXTS: Readonly<Record<Reason, string>> = {
  BEYOND: 'reached only through something undecided',
  CLASS_ONLY: 'named only by its product class, without lot or serial number',
  EMPTIED: 'the container was empty when it was used; this is what it held last',
  LOT_PART: 'known of the lot as a whole, not of this item',
  MADE_TWICE: 'several organisations say that they made it, or what it was made of',
  NO_OPENING: 'taken out or seen inside, but nobody recorded that it was put in',
  ORDER: 'put in at a time after it was taken out: clocks differ, or a document is missing',
  OTHER_ORGANISATION: 'joined by a process number that organisations share',
  OTHER_RECORDER: 'recorded by an organisation outside those that were asked for',
  OVERLAP: 'put into another container meanwhile',
  QUANTITY: 'quantities do not say what was left',
  RELOADED: 'the container was loaded again after it had travelled, without a record that it was emptied',
  SAME_TIME: 'events with the same time leave the order open',
  STRANGER: 'rests on the word of an organisation that recorded nothing else about it',
  TWO_LOTS: 'said to be of several lots',
  WITHDRAWN: 'declared wrong by the organisation that recorded it',
};
