import type { StoreIdentity } from '@cotrace/core';

/** Whose the stores of a test are that has no network. */
export const TEST_OWNER: StoreIdentity = {
  kind: 'business',
  network: '00'.repeat(32),
  node: 'org1.goods',
  organisation: 'Org1MSP',
  holds: 'goods',
};
