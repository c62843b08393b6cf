import { MalformedError } from '@cotrace/core';
import {
  MSPPrincipal_Classification,
  MSPRole_MSPRoleType,
  CombinedPrincipalSchema,
  MSPRoleSchema,
  OrganizationUnitSchema,
  type MSPPrincipal,
} from '../gen/fabric/common_pb.js';
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

/**
 * Decodes a principal; combined ones within each other become one. Total: what Fabric would fail on while evaluating is a
 * principal that nobody satisfies. Source: Fabric `msp/mspimpl.go` `collectPrincipals`, which knows no bound of nesting,
 * and `satisfiesPrincipalInternalPreV13`.
 */
export function parsePrincipal(principal: MSPPrincipal): Principal {
  try {
    if (!isCombined(principal)) return parseAs(principal.principalClassification, principal.principal);
    return { kind: 'combined', principals: collected(principal) };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { kind: 'nobody', reason: error.message };
  }
}

function isCombined({ principalClassification }: MSPPrincipal): boolean {
  return principalClassification === MSPPrincipal_Classification.COMBINED;
}

/** The principals that a combined one is made of, none of them combined. */
function collected(principal: MSPPrincipal): Principal[] {
  const found: Principal[] = [];
  const waiting = [principal];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!isCombined(next)) {
      found.push(parsePrincipal(next));
      continue;
    }
    const { principals } = decode(CombinedPrincipalSchema, next.principal);
    if (principals.length === 0) {
      return [{ kind: 'nobody', reason: 'a combined principal without principals' }];
    }
    for (const part of principals) waiting.push(part);
  }
  return found;
}

function parseAs(classification: MSPPrincipal_Classification, bytes: Uint8Array): Principal {
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
    default:
      return { kind: 'nobody', reason: `principals of type ${classification} are not for X.509 identities` };
  }
}
