import { MalformedError } from '@cotrace/core';
import {
  SignaturePolicyEnvelopeSchema,
  type SignaturePolicy,
  type SignaturePolicyEnvelope,
} from '../gen/fabric/common_pb.js';
import type { Identity } from '../identity/identity.js';
import { parsePrincipal, type Principal } from '../identity/principal.js';
import { decode } from '../wire/decode.js';

/** A rule of a signature policy: one signer, or enough of several rules. */
export type Rule =
  | { readonly kind: 'signed-by'; readonly principal: Principal }
  | { readonly kind: 'out-of'; readonly n: number; readonly rules: readonly Rule[] };

/** A policy that names its signers itself. */
export interface SignatureRule {
  readonly kind: 'signature';
  readonly rule: Rule;
}

/** The policy of `SignaturePolicyEnvelope` bytes as a channel configuration holds them. Throws as `signaturePolicy`. */
export function parseSignaturePolicy(bytes: Uint8Array): SignatureRule {
  const envelope = decode(SignaturePolicyEnvelopeSchema, bytes);
  if (envelope.version !== 0) throw bad(`version ${envelope.version} is unknown`);
  return signaturePolicy(envelope);
}

/** The policy of a decoded envelope, whose version Fabric does not look at here. Throws `BAD_POLICY`, `BAD_PROTOBUF`. */
export function signaturePolicy({ rule, identities }: SignaturePolicyEnvelope): SignatureRule {
  return { kind: 'signature', rule: compile(rule ?? null, identities.map(parsePrincipal)) };
}

/**
 * Whether identities satisfy a rule. Each is used for one signer only; a gate tries its rules in order, and only those that succeed
 * use up identities. This is greedy: some sets that could be assigned otherwise fail, and they fail in Fabric too.
 * Rules may lie within each other as deep as protobuf lets them, some 5,000 levels: the call stack does not grow with them.
 *
 * Source: Fabric `common/cauthdsl/cauthdsl.go`.
 */
export function satisfies(rule: Rule, identities: readonly Identity[]): boolean {
  const open: Gate[] = [{ n: 1, rules: [rule], next: 0, satisfied: 0, used: new Set() }];
  for (let gate = open.at(-1); gate !== undefined; gate = open.at(-1)) {
    const part = gate.rules[gate.next++];
    if (part?.kind === 'out-of') open.push({ ...part, next: 0, satisfied: 0, used: gate.used });
    else if (part !== undefined) satisfied(gate, withSigner(part.principal, identities, gate.used));
    else {
      open.pop();
      const outer = open.at(-1);
      const holds = gate.satisfied >= gate.n;
      if (outer === undefined) return holds;
      satisfied(outer, holds ? gate.used : null);
    }
  }
  return false;
}

/** A gate whose rules are tried, one after the other. */
interface Gate {
  readonly n: number;
  readonly rules: readonly Rule[];
  next: number;
  satisfied: number;
  /** Whom the rules outside and those that succeeded have used. */
  used: ReadonlySet<Identity>;
}

/** Counts a rule of the gate: `used` is what it leaves used, null where it failed. */
function satisfied(gate: Gate, used: ReadonlySet<Identity> | null): void {
  if (used === null) return;
  gate.satisfied++;
  gate.used = used;
}

function withSigner(
  principal: Principal,
  identities: readonly Identity[],
  used: ReadonlySet<Identity>,
): ReadonlySet<Identity> | null {
  const signer = identities.find((identity) => !used.has(identity) && identity.satisfies(principal));
  return signer === undefined ? null : new Set([...used, signer]);
}

/** Rules are put into their gate in their order, each before those of the gates after it. */
function compile(policy: SignaturePolicy | null, principals: readonly Principal[]): Rule {
  const compiled: Rule[] = [];
  const waiting: { readonly policy: SignaturePolicy | null; readonly gate: Rule[] }[] = [
    { policy, gate: compiled },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const type = next.policy?.type;
    switch (type?.case) {
      case 'signedBy': {
        const principal = principals[type.value];
        if (principal === undefined) throw bad(`it has no identity ${type.value}`);
        next.gate.push({ kind: 'signed-by', principal });
        break;
      }
      case 'nOutOf': {
        const { n, rules: parts } = type.value;
        const rules: Rule[] = [];
        next.gate.push({ kind: 'out-of', n, rules });
        waiting.push(...parts.map((part) => ({ policy: part, gate: rules })).reverse());
        break;
      }
      default:
        throw bad('a rule is empty');
    }
  }
  const [rule] = compiled;
  if (rule === undefined) throw bad('it has no rule');
  return rule;
}

function bad(reason: string): MalformedError {
  return new MalformedError('BAD_POLICY', `a signature policy cannot be used: ${reason}`);
}
