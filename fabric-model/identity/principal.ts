import { MalformedError } from '@cotrace/core';
import { MSPPrincipal_Classification, MSPRole_MSPRoleType } from '../gen/fabric/common_pb.js';
import { CombinedPrincipalSchema, MSPRoleSchema, OrganizationUnitSchema } from '../gen/fabric/common_pb.js';
import type { MSPPrincipal } from '../gen/fabric/common_pb.js';
import { decode } from '../wire/decode.js';

/** What NodeOUs tell apart. */
export type NodeRole = 'client' | 'peer' | 'admin' | 'orderer';

/** A principal of a policy, decoded: whom a signature may come from. */
export type Principal =
  | { readonly kind: 'role'; readonly mspId: string; readonly role: NodeRole | 'member' }
  | { readonly kind: 'unit'; readonly mspId: string; readonly unit: string; readonly certifiers: Uint8Array }
  /** Bytes of a `SerializedIdentity`. */
  | { readonly kind: 'identity'; readonly bytes: Uint8Array }
  | { readonly kind: 'combined'; readonly principals: readonly Principal[] }
  /** Fabric can read it, and no X.509 identity satisfies it. */
  | { readonly kind: 'nobody'; readonly reason: string };

const ROLES: ReadonlyMap<MSPRole_MSPRoleType, NodeRole | 'member'> = new Map([
  [MSPRole_MSPRoleType.MEMBER, 'member'],
  [MSPRole_MSPRoleType.ADMIN, 'admin'],
  [MSPRole_MSPRoleType.CLIENT, 'client'],
  [MSPRole_MSPRoleType.PEER, 'peer'],
  [MSPRole_MSPRoleType.ORDERER, 'orderer'],
]);

/** Combined principals nested deeper than this satisfy nobody; Fabric knows no bound, and nobody nests them. */
const MAX_DEPTH = 16;

/**
 * Decodes a principal. Total: what Fabric would fail on while evaluating is a principal that nobody satisfies.
 * Source: Fabric `msp/mspimpl.go` `collectPrincipals`, `satisfiesPrincipalInternalPreV13`.
 */
export function parsePrincipal(principal: MSPPrincipal): Principal {
  return parseAt(principal, MAX_DEPTH);
}

function parseAt({ principalClassification, principal }: MSPPrincipal, depth: number): Principal {
  if (depth === 0) return { kind: 'nobody', reason: 'combined principals nested too deeply' };
  try {
    return parseAs(principalClassification, principal, depth);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { kind: 'nobody', reason: error.message };
  }
}

function parseAs(classification: MSPPrincipal_Classification, bytes: Uint8Array, depth: number): Principal {
  switch (classification) {
    case MSPPrincipal_Classification.ROLE: {
      const { mspIdentifier, role } = decode(MSPRoleSchema, bytes);
      const known = ROLES.get(role);
      return known === undefined
        ? { kind: 'nobody', reason: `unknown role ${role}` }
        : { kind: 'role', mspId: mspIdentifier, role: known };
    }
    case MSPPrincipal_Classification.ORGANIZATION_UNIT: {
      const unit = decode(OrganizationUnitSchema, bytes);
      return {
        kind: 'unit',
        mspId: unit.mspIdentifier,
        unit: unit.organizationalUnitIdentifier,
        certifiers: unit.certifiersIdentifier,
      };
    }
    case MSPPrincipal_Classification.IDENTITY:
      return { kind: 'identity', bytes };
    case MSPPrincipal_Classification.COMBINED: {
      const { principals } = decode(CombinedPrincipalSchema, bytes);
      return principals.length === 0
        ? { kind: 'nobody', reason: 'a combined principal without principals' }
        : { kind: 'combined', principals: principals.map((part) => parseAt(part, depth - 1)) };
    }
    default:
      return { kind: 'nobody', reason: `principals of type ${classification} are not for X.509 identities` };
  }
}
