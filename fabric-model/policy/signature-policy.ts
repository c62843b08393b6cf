import { MalformedError } from '@cotrace/core';
import { SignaturePolicyEnvelopeSchema } from '../gen/fabric/common_pb.js';
import type { SignaturePolicy, SignaturePolicyEnvelope } from '../gen/fabric/common_pb.js';
import type { Identity } from '../identity/identity.js';
import { parsePrincipal } from '../identity/principal.js';
import type { Principal } from '../identity/principal.js';
import { decode } from '../wire/decode.js';
import type { Policy } from './policy.js';

/** A rule of a signature policy: one signer, or enough of several rules. */
export type Rule =
  | { readonly kind: 'signed-by'; readonly principal: Principal }
  | { readonly kind: 'out-of'; readonly n: number; readonly rules: readonly Rule[] };

/** Rules nested deeper are refused; Fabric's own limit is that of protobuf, far above anything sensible. */
const MAX_DEPTH = 64;

/** The policy of `SignaturePolicyEnvelope` bytes as a channel configuration holds them. Throws as `signaturePolicy`. */
export function parseSignaturePolicy(bytes: Uint8Array): Policy {
  const envelope = decode(SignaturePolicyEnvelopeSchema, bytes);
  if (envelope.version !== 0) throw bad(`version ${envelope.version} is unknown`);
  return signaturePolicy(envelope);
}

/** The policy of a decoded envelope, whose version Fabric does not look at here. Throws `BAD_POLICY`, `BAD_PROTOBUF`. */
export function signaturePolicy({ rule, identities }: SignaturePolicyEnvelope): Policy {
  return { kind: 'signature', rule: compile(rule, identities.map(parsePrincipal), MAX_DEPTH) };
}

/**
 * Whether identities satisfy a rule. Each is used for one signer only; a gate tries its rules in order, and only those that succeed
 * use up identities. This is greedy: some sets that could be assigned otherwise fail, and they fail in Fabric too.
 *
 * Source: Fabric `common/cauthdsl/cauthdsl.go`.
 */
export function satisfies(rule: Rule, identities: readonly Identity[]): boolean {
  return use(rule, identities, new Set()) !== undefined;
}

/** The identities used after the rule, undefined where it is not satisfied. */
function use(
  rule: Rule,
  identities: readonly Identity[],
  used: ReadonlySet<Identity>,
): ReadonlySet<Identity> | undefined {
  if (rule.kind === 'signed-by') {
    const signer = identities.find((identity) => !used.has(identity) && identity.satisfies(rule.principal));
    return signer === undefined ? undefined : new Set([...used, signer]);
  }
  let verified = 0;
  let after = used;
  for (const part of rule.rules) {
    const next = use(part, identities, after);
    if (next === undefined) continue;
    verified++;
    after = next;
  }
  return verified >= rule.n ? after : undefined;
}

function compile(policy: SignaturePolicy | undefined, principals: readonly Principal[], depth: number): Rule {
  if (depth === 0) throw bad('its rules are nested too deeply');
  switch (policy?.type.case) {
    case 'signedBy': {
      const principal = principals[policy.type.value];
      if (principal === undefined) throw bad(`it has no identity ${policy.type.value}`);
      return { kind: 'signed-by', principal };
    }
    case 'nOutOf': {
      const { n, rules } = policy.type.value;
      return { kind: 'out-of', n, rules: rules.map((part) => compile(part, principals, depth - 1)) };
    }
    default:
      throw bad('a rule is empty');
  }
}

function bad(reason: string): MalformedError {
  return new MalformedError('BAD_POLICY', `a signature policy cannot be used: ${reason}`);
}
