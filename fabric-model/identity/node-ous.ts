import { equalBytes } from '@cotrace/core';
import type { FabricNodeOUs, FabricOUIdentifier } from '../gen/fabric/common_pb.js';
import type { NodeRole } from './principal.js';

/** An organisational unit that counts, and by whom it must have been certified. */
export interface UnitIdentifier {
  readonly unit: string;
  /** Hash of the certifying chain; null where any chain will do. */
  readonly certifiers: Uint8Array | null;
}

/** The units by which an organisation tells clients, peers, administrators and orderers apart. */
export type NodeOUs = ReadonlyMap<NodeRole, UnitIdentifier>;

/** Hash of the chain of a certifying authority, given its PEM. */
export type CertifiersOf = (certificate: Uint8Array) => Uint8Array;

/** The NodeOUs of a configuration; null where they are off. Source: Fabric `msp/mspimplsetup.go` `setupNodeOUsV142`. */
export function nodeOUsOf(config: FabricNodeOUs | null, certifiersOf: CertifiersOf): NodeOUs | null {
  if (config === null) return null;
  const units: [NodeRole, FabricOUIdentifier | null][] = [
    ['client', config.clientOuIdentifier ?? null],
    ['peer', config.peerOuIdentifier ?? null],
    ['admin', config.adminOuIdentifier ?? null],
    ['orderer', config.ordererOuIdentifier ?? null],
  ];
  const entries = units.flatMap(([role, identifier]): [NodeRole, UnitIdentifier][] =>
    identifier === null ? [] : [[role, unitIdentifier(identifier, certifiersOf)]],
  );
  return config.enable && entries.length > 0 ? new Map(entries) : null;
}

function unitIdentifier(identifier: FabricOUIdentifier, certifiersOf: CertifiersOf): UnitIdentifier {
  const { certificate, organizationalUnitIdentifier: unit } = identifier;
  return { unit, certifiers: certificate.length === 0 ? null : certifiersOf(certificate) };
}

/**
 * Why the units of a certificate do not make exactly one role, null where they do. `certifiers` is the hash of the
 * certificate's own chain. Source: Fabric `msp/mspimplvalidate.go` `validateIdentityOUsV142`.
 */
export function unitProblem(
  nodeOUs: NodeOUs,
  units: readonly string[],
  certifiers: Uint8Array,
): string | null {
  // Where two roles share a unit's name, the later one decides, as in Fabric's map.
  const byName = new Map([...nodeOUs.values()].map((identifier) => [identifier.unit, identifier]));
  const matches = units.flatMap((unit) => byName.get(unit) ?? []);
  for (const match of matches.slice(0, 2)) {
    if (match.certifiers !== null && !equalBytes(match.certifiers, certifiers)) {
      return `unit ${match.unit} must be certified by another authority`;
    }
  }
  return matches.length === 1 ? null : `exactly one unit must name a role, not ${matches.length}`;
}
