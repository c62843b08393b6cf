import { equalBytes } from '@cotrace/core';
import type { FabricNodeOUs, FabricOUIdentifier } from '../gen/fabric/common_pb.js';
import type { NodeRole } from './principal.js';

/** An organisational unit that counts, and by whom it must have been certified. */
export interface UnitIdentifier {
  readonly unit: string;
  /** Hash of the certifying chain; undefined where any chain will do. */
  readonly certifiers: Uint8Array | undefined;
}

/** The units by which an organisation tells clients, peers, administrators and orderers apart. */
export type NodeOUs = ReadonlyMap<NodeRole, UnitIdentifier>;

/** Hash of the chain of a certifying authority, given its PEM. */
export type CertifiersOf = (certificate: Uint8Array) => Uint8Array;

/** The NodeOUs of a configuration; undefined where they are off. Source: Fabric `msp/mspimplsetup.go` `setupNodeOUsV142`. */
export function nodeOUsOf(
  config: FabricNodeOUs | undefined,
  certifiersOf: CertifiersOf,
): NodeOUs | undefined {
  if (config === undefined) return undefined;
  const units: [NodeRole, FabricOUIdentifier | undefined][] = [
    ['client', config.clientOuIdentifier],
    ['peer', config.peerOuIdentifier],
    ['admin', config.adminOuIdentifier],
    ['orderer', config.ordererOuIdentifier],
  ];
  const entries = units.flatMap(([role, identifier]): [NodeRole, UnitIdentifier][] =>
    identifier === undefined ? [] : [[role, unitIdentifier(identifier, certifiersOf)]],
  );
  return config.enable && entries.length > 0 ? new Map(entries) : undefined;
}

function unitIdentifier(identifier: FabricOUIdentifier, certifiersOf: CertifiersOf): UnitIdentifier {
  const { certificate, organizationalUnitIdentifier: unit } = identifier;
  return { unit, certifiers: certificate.length === 0 ? undefined : certifiersOf(certificate) };
}

/**
 * Why the units of a certificate do not make exactly one role, undefined where they do. `certifiers` is the hash of the
 * certificate's own chain. Source: Fabric `msp/mspimplvalidate.go` `validateIdentityOUsV142`.
 */
export function unitProblem(
  nodeOUs: NodeOUs,
  units: readonly string[],
  certifiers: Uint8Array,
): string | undefined {
  // Where two roles share a unit's name, the later one decides, as in Fabric's map.
  const byName = new Map([...nodeOUs.values()].map((identifier) => [identifier.unit, identifier]));
  const matches = units.flatMap((unit) => byName.get(unit) ?? []);
  for (const match of matches.slice(0, 2)) {
    if (match.certifiers !== undefined && !equalBytes(match.certifiers, certifiers)) {
      return `unit ${match.unit} must be certified by another authority`;
    }
  }
  return matches.length === 1 ? undefined : `exactly one unit must name a role, not ${matches.length}`;
}
