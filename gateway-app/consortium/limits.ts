import { MAX_CHECKING_HEIGHT, type TextRule } from '@cotrace/core';

/** Short names of organisations, domains and clients, as in the topology of a local network. */
export const NAME: TextRule = {
  rule: 'lower-case letters and digits, e.g. org1',
  like: /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/,
};
export const MAX_ORGANISATIONS = 1000;
export const MAX_DOMAINS = 0xffff;
/** Of one organisation. */
export const MAX_CLIENTS = 10_000;
/** Of the checking height: the tree of a rank has a place for each block of a cycle (docs/formats.md). */
export const MAX_HEIGHT = MAX_CHECKING_HEIGHT;
