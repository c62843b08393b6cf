import { CotraceError, MalformedError } from '@cotrace/core';
import {
  ImplicitMetaPolicySchema,
  ImplicitMetaPolicy_Rule,
  Policy_PolicyType,
  type ConfigGroup,
  type Policy as PolicyMessage,
} from '../gen/fabric/common_pb.js';
import { decode } from '../wire/decode.js';
import type { Policy } from './policy.js';
import { parseSignaturePolicy } from './signature-policy.js';

const MAX_DEPTH = 16;

/** The policies of a configuration group and of the groups in it. */
export interface PolicyTree {
  /** Path from the channel, with a leading slash: `/Channel/Application`. */
  readonly path: string;
  /** By name, those of the groups below by relative path: `Admins`, `Org1MSP/Admins`. */
  readonly policies: ReadonlyMap<string, Policy>;
}

/**
 * Compiles the policies of a configuration group, `path` `/Channel` for the root. Throws `BAD_POLICY` (which one, and why),
 * `BAD_PROTOBUF`, `CONFIG_TOO_DEEP`. Source: Fabric `common/policies/policy.go` `NewManagerImpl`.
 */
export function policyTree(group: ConfigGroup, path: string, depth = MAX_DEPTH): PolicyTree {
  if (depth === 0) {
    throw new MalformedError('CONFIG_TOO_DEEP', 'the groups of the configuration are nested too deeply', {
      path: path.slice(0, 200),
    });
  }
  const children = Object.entries(group.groups).map(([name, child]): [string, PolicyTree] => [
    name,
    policyTree(child, `${path}/${name}`, depth - 1),
  ]);
  const policies = new Map<string, Policy>();
  for (const [name, { policy }] of Object.entries(group.policies)) {
    policies.set(
      name,
      compile(
        policy ?? null,
        `${path}/${name}`,
        children.map(([, child]) => child),
      ),
    );
  }
  for (const [name, child] of children) {
    for (const [relative, policy] of child.policies) policies.set(`${name}/${relative}`, policy);
  }
  return { path, policies };
}

/** The policy of an id, absolute or relative to the tree's group; null if there is none. */
export function policyAt(tree: PolicyTree, id: string): Policy | null {
  if (!id.startsWith('/')) return tree.policies.get(id) ?? null;
  return id.startsWith(`${tree.path}/`) ? (tree.policies.get(id.slice(tree.path.length + 1)) ?? null) : null;
}

function compile(policy: PolicyMessage | null, path: string, children: readonly PolicyTree[]): Policy {
  switch (policy?.type) {
    case Policy_PolicyType.SIGNATURE:
      return located(path, () => parseSignaturePolicy(policy.value));
    case Policy_PolicyType.IMPLICIT_META:
      return located(path, () => implicitMeta(policy.value, children));
    default:
      throw new MalformedError('BAD_POLICY', `policy ${path} has no type that is known`, {
        path,
        type: policy?.type,
      });
  }
}

/** Source: Fabric `common/policies/implicitmeta.go`. A child without the named policy counts, as one that rejects. */
function implicitMeta(bytes: Uint8Array, children: readonly PolicyTree[]): Policy {
  const { subPolicy, rule } = decode(ImplicitMetaPolicySchema, bytes);
  const policies = children.map(
    (child): Policy =>
      policyAt(child, subPolicy) ?? { kind: 'reject', reason: `${child.path} has no policy ${subPolicy}` },
  );
  return {
    kind: 'implicit-meta',
    threshold: policies.length === 0 ? 0 : thresholdOf(rule, policies.length),
    subPolicy,
    policies,
  };
}

function thresholdOf(rule: ImplicitMetaPolicy_Rule, count: number): number {
  switch (rule) {
    case ImplicitMetaPolicy_Rule.ANY:
      return 1;
    case ImplicitMetaPolicy_Rule.ALL:
      return count;
    case ImplicitMetaPolicy_Rule.MAJORITY:
      return Math.floor(count / 2) + 1;
    default:
      throw new MalformedError('BAD_POLICY', 'an implicit policy has an unknown rule', { rule });
  }
}

function located(path: string, make: () => Policy): Policy {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof CotraceError)) throw cause;
    throw new MalformedError(
      'BAD_POLICY',
      `policy ${path}: ${cause.message}`,
      { ...cause.detail, path },
      cause,
    );
  }
}
