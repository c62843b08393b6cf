import { CotraceError, isCotraceError } from '@cotrace/core';
import { policyFailure, type SignedData, signers } from '@cotrace/fabric-model';
import type { Ledger } from '../ledger/types.js';

/** A resource that the channel's access list may name: `peer/Propose`, `qscc/GetChainInfo`, and so on. */
export type AccessResource = `${'peer' | 'event' | 'gateway' | 'qscc' | 'cscc' | '_lifecycle'}/${string}`;

const READERS = '/Channel/Application/Readers';
const WRITERS = '/Channel/Application/Writers';

/** Policies of the resources that a channel's configuration says nothing of (core/aclmgmt/defaultaclprovider.go). */
const DEFAULTS: Readonly<Record<string, string>> = {
  'peer/Propose': WRITERS,
  'peer/ChaincodeToChaincode': WRITERS,
  'event/Block': READERS,
  'event/FilteredBlock': READERS,
  'gateway/CommitStatus': READERS,
  'gateway/ChaincodeEvents': READERS,
  'qscc/GetChainInfo': READERS,
  'qscc/GetBlockByNumber': READERS,
  'qscc/GetBlockByHash': READERS,
  'qscc/GetTransactionByID': READERS,
  'qscc/GetBlockByTxID': READERS,
  'cscc/GetConfigBlock': READERS,
  'cscc/GetChannelConfig': READERS,
  '_lifecycle/CommitChaincodeDefinition': WRITERS,
  '_lifecycle/QueryChaincodeDefinition': WRITERS,
  '_lifecycle/QueryChaincodeDefinitions': WRITERS,
  '_lifecycle/CheckCommitReadiness': WRITERS,
};

function denied(message: string, detail: Readonly<Record<string, unknown>>): CotraceError {
  return new CotraceError('ACCESS_DENIED', message, detail);
}

/** Who may do what in a channel, under the configuration in force. */
export class ChannelAccess {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Checks that the signer may use a resource. Throws `ACCESS_DENIED`, in Fabric's words. */
  check(resource: AccessResource, signed: SignedData): void {
    const { channelId, config } = this.#ledger;
    const configured = config.acls.get(resource);
    if (configured !== undefined) {
      const path = configured.startsWith('/') ? configured : `/Channel/Application/${configured}`;
      this.#check(path, signed, `failed evaluating policy on signed data during check policy [${path}]`);
      return;
    }
    const path = DEFAULTS[resource];
    if (path === undefined) throw denied(`Unmapped policy for ${resource}`, { resource });
    const where = `during check policy on channel [${channelId}] with policy [${path}]`;
    this.#check(path, signed, `Failed evaluating policy on signed data ${where}`);
  }

  /** Checks that the signer satisfies a policy of the channel. Throws `ACCESS_DENIED`. */
  checkPolicy(path: string, signed: SignedData): void {
    const reason = this.#failure(path, signed);
    if (reason !== null) throw denied(reason, { path });
  }

  /** When an identity expires; null for bytes that are no identity of this channel. */
  expiresAt(identity: Uint8Array): Date | null {
    try {
      return this.#ledger.manager.deserialize(identity).expiresAt;
    } catch (error) {
      if (!isCotraceError(error)) throw error;
      return null;
    }
  }

  #check(path: string, signed: SignedData, prefix: string): void {
    const reason = this.#failure(path, signed);
    if (reason !== null) throw denied(`${prefix}: [${reason}]`, { path });
  }

  /** Why the signer does not satisfy the policy, as Fabric says it; null if it does. */
  #failure(path: string, signed: SignedData): string | null {
    const policy = this.#ledger.config.policy(path);
    if (policy === null) return `could not find policy ${path}`;
    return policyFailure(policy, signers([signed], this.#ledger.manager));
  }
}
