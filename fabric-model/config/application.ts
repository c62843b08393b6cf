import type { EcdsaVerifier } from '../identity/ecdsa.js';
import type { Msp } from '../identity/msp.js';
import { ConfigEnvelope } from '../wire/config-forms.js';
import { decode } from '../wire/decode.js';
import { badConfig, subgroup } from './group.js';
import { applicationOrganizations, membersOf, MspRegistry, type Member } from './organization.js';
import { quorumPolicy } from './quorum.js';

/** Who attests under a configuration. */
export interface Application {
  /** Which configuration of the channel it is: each has a higher one than those before it. */
  readonly sequence: bigint;
  /** As `ChannelConfig.members`. */
  readonly members: readonly Member[];
  /** Of the members. */
  readonly msps: readonly Msp[];
  /** The quorum that the consortium has set, or null. */
  readonly quorum: number | null;
}

/**
 * Reads of `ConfigEnvelope` bytes who attests, and nothing else: what a verifier needs of a configuration. `ecdsa` checks
 * what authorities sign. Throws `BAD_PROTOBUF`, `BAD_CONFIG`, `MSP_CONFIG`, `UNSUPPORTED_MSP`.
 */
export function applicationOf(bytes: Uint8Array, ecdsa: EcdsaVerifier): Application {
  const { config } = decode(ConfigEnvelope, bytes);
  const channel = config?.channelGroup;
  const application = channel === undefined ? null : subgroup(channel, 'Application');
  if (config === undefined || application === null) throw badConfig('it has no Application group');
  const registry = new MspRegistry(ecdsa);
  const organizations = applicationOrganizations(application, registry);
  return {
    sequence: config.sequence,
    members: membersOf(organizations),
    msps: registry.msps,
    quorum: quorumPolicy(application),
  };
}
