import { quorumAmong } from '@cotrace/core';
import type { ChannelConfig, Policy } from '@cotrace/fabric-model';

/** Who endorses the checking contract: `n` of these members' peers. */
export interface ContractEndorsers {
  readonly n: number;
  readonly mspIds: readonly string[];
}

/** Who endorses the checking contract under a configuration of main: as many of its members as its quorum. */
export function contractEndorsers(main: Pick<ChannelConfig, 'members' | 'quorum'>): ContractEndorsers {
  const mspIds = main.members().map(({ mspId }) => mspId);
  return { n: quorumAmong(mspIds.length, main.quorum), mspIds };
}

/** Whether a policy asks for `n` of exactly these members' peers. */
export function asksFor(policy: Policy, { n, mspIds: members }: ContractEndorsers): boolean {
  if (policy.kind !== 'signature' || policy.rule.kind !== 'out-of' || policy.rule.n !== n) return false;
  const peers = policy.rule.rules.flatMap((rule) =>
    rule.kind === 'signed-by' && rule.principal.kind === 'role' && rule.principal.role === 'peer'
      ? [rule.principal.mspId]
      : [],
  );
  const isWhole = peers.length === policy.rule.rules.length && peers.length === members.length;
  return isWhole && members.every((mspId) => peers.includes(mspId));
}
