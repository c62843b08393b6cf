import { membershipHash, quorumAmong } from '@cotrace/core';
import { MspManager, type ChannelConfig, type Member, type SignatureVerifier } from '@cotrace/fabric-model';

/** The organisations that attest, and their identities. */
export interface Membership {
  /** Sorted by the bytes of the MSP id. */
  readonly members: readonly Member[];
  readonly manager: MspManager;
  /** How many of them must agree. */
  readonly quorum: number;
  /**
   * Hash of the membership that their statements must name (docs/formats.md, Membership); null for who trusts these
   * organisations by itself, whatever configuration they state it under.
   */
  readonly hash: Uint8Array | null;
}

/** A configuration of main in force, with the membership under it. */
export interface MainConfig extends Membership {
  readonly config: ChannelConfig;
  readonly hash: Uint8Array;
}

/** A configuration as nodes follow it. Throws `TOO_FEW_ORGANISATIONS`. */
export function mainConfig(config: ChannelConfig, verifier: SignatureVerifier): MainConfig {
  const members = config.members();
  const q = quorumAmong(members.length, config.quorum);
  const hash = membershipHash({ q, members });
  return { config, members, manager: new MspManager(config.msps, verifier), quorum: q, hash };
}
