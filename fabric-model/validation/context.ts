import type { ChannelConfig } from '../config/channel-config.js';
import type { MspManager } from '../identity/manager.js';
import type { ChaincodeDefinition } from '../lifecycle/definition.js';

/** What transactions of a block are validated against: the channel after the block before. */
export interface ValidationContext {
  readonly channelId: string;
  readonly config: ChannelConfig;
  /** Of `config`. */
  readonly manager: MspManager;
  /** Committed chaincode definition; null if there is none. */
  readonly definition: (name: string) => ChaincodeDefinition | null;
  /**
   * Endorsement policy of a single key, which replaces the chaincode's: its metadata entry
   * VALIDATION_PARAMETER (a serialized `SignaturePolicyEnvelope`), null if it has none, and 'changed' if
   * an earlier transaction of the same block, endorsed as it should be, writes the key's metadata. Absent
   * where no key of the channel has one.
   */
  readonly keyPolicy?: (namespace: string, key: string) => Uint8Array | 'changed' | null;
  /**
   * Namespaces whose public state is at hand, for whoever has not all of it. A key's own policy replaces its
   * chaincode's, so elsewhere, and for keys of private collections, nobody can say which policy counts: only
   * endorsements of these namespaces' public keys are judged. Absent: all are.
   */
  readonly held?: ReadonlySet<string>;
}
