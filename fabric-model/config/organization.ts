import { compareBytes, CotraceError, equalBytes, utf8 } from '@cotrace/core';
import { OrdererAddressesSchema, type ConfigGroup } from '../gen/fabric/common_pb.js';
import { Msp } from '../identity/msp.js';
import type { EcdsaVerifier } from '../identity/ecdsa.js';
import { AnchorPeers, MSPConfig } from '../wire/config-forms.js';
import { badConfig, sortedGroups, valueOf } from './group.js';

const FABRIC_MSP = 0;

/** An organisation of a channel. */
export interface Organization {
  /** Name of its group in the configuration; often, not always, its MSP id. */
  readonly name: string;
  readonly mspId: string;
  /** Its rules of membership; `msp.config` are the `FabricMSPConfig` bytes as received. */
  readonly msp: Msp;
}

/** An organisation that runs peers. */
export interface ApplicationOrganization extends Organization {
  readonly anchorPeers: readonly { readonly host: string; readonly port: number }[];
}

/** An organisation that runs orderers. */
export interface OrdererOrganization extends Organization {
  /** `host:port` of its orderers. */
  readonly endpoints: readonly string[];
}

/** A member of a channel, as its membership names it. */
export interface Member {
  readonly mspId: string;
  /** SHA-256 of the `FabricMSPConfig` bytes in the configuration. */
  readonly configHash: Uint8Array;
}

/** The members that attest and endorse: the MSPs of organisations, each once, sorted by the bytes of the id. */
export function membersOf(organizations: readonly Pick<ApplicationOrganization, 'msp'>[]): Member[] {
  const byId = new Map(organizations.map(({ msp }) => [msp.mspId, msp]));
  return [...byId.values()]
    .map(({ mspId, configHash }) => ({ mspId, configHash }))
    .sort((a, b) => compareBytes(utf8(a.mspId), utf8(b.mspId)));
}

/** Sets up each MSP of a channel once, and refuses two different ones of one id, as Fabric does. */
export class MspRegistry {
  readonly #ecdsa: EcdsaVerifier;
  readonly #msps = new Map<string, Msp>();

  /** `ecdsa` checks what authorities sign. */
  constructor(ecdsa: EcdsaVerifier) {
    this.#ecdsa = ecdsa;
  }

  get msps(): readonly Msp[] {
    return [...this.#msps.values()];
  }

  /** The MSP of an organisation's group. Throws `BAD_CONFIG`, and `MSP_CONFIG` as `Msp.fromConfig`. */
  msp(name: string, group: ConfigGroup): Msp {
    const config = valueOf(group, 'MSP', MSPConfig);
    if (config?.type !== FABRIC_MSP) {
      throw new CotraceError('UNSUPPORTED_MSP', `organisation ${name} has no X.509 MSP`, {
        name,
        type: config?.type,
      });
    }
    const known = this.msps.find((msp) => equalBytes(msp.config, config.config));
    const msp = known ?? Msp.fromConfig(config.config, this.#ecdsa);
    if ((this.#msps.get(msp.mspId) ?? msp) !== msp) {
      throw badConfig('it defines two different MSPs with one id', { name, mspId: msp.mspId });
    }
    this.#msps.set(msp.mspId, msp);
    return msp;
  }
}

/** The organisations of the Application group, sorted by name. Throws as `MspRegistry.msp`. */
export function applicationOrganizations(
  group: ConfigGroup,
  registry: MspRegistry,
): ApplicationOrganization[] {
  return sortedGroups(group).map(([name, organization]) => {
    const msp = registry.msp(name, organization);
    const { anchorPeers = [] } = valueOf(organization, 'AnchorPeers', AnchorPeers) ?? {};
    return {
      name,
      mspId: msp.mspId,
      msp,
      anchorPeers: anchorPeers.map(({ host, port }) => ({ host, port })),
    };
  });
}

/** The organisations of the Orderer group, sorted by name. Throws as `MspRegistry.msp`. */
export function ordererOrganizations(group: ConfigGroup, registry: MspRegistry): OrdererOrganization[] {
  return sortedGroups(group).map(([name, organization]) => {
    const msp = registry.msp(name, organization);
    const { addresses = [] } = valueOf(organization, 'Endpoints', OrdererAddressesSchema) ?? {};
    return { name, mspId: msp.mspId, msp, endpoints: addresses };
  });
}
