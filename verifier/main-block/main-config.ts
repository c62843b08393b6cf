import { MspManager, type ChannelConfig, type Member, type SignatureVerifier } from '@cotrace/fabric-model';

/** The organisations that attest, and their identities. */
export interface Membership {
  /** Sorted by the bytes of the MSP id. */
  readonly members: readonly Member[];
  readonly manager: MspManager;
}

/** A configuration of main in force, with the membership under it. */
export interface MainConfig extends Membership {
  readonly config: ChannelConfig;
}

export function mainConfig(config: ChannelConfig, verifier: SignatureVerifier): MainConfig {
  return { config, members: config.members(), manager: new MspManager(config.msps, verifier) };
}
