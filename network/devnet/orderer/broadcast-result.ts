import type { common } from '@cotrace/fabric-model';

/** How the ordering service took an envelope. */
export interface BroadcastResult {
  readonly status: common.Status;
  readonly info: string;
}
