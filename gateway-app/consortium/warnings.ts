import type { ChannelConfig } from '@cotrace/fabric-model';
import type { ConsortiumSource } from './source.js';

/** What a consortium can be made with, and what will go wrong with it: one sentence each. */
export function warningsOf(
  { main, organisations }: Pick<ConsortiumSource, 'main' | 'organisations'>,
  config: Pick<ChannelConfig, 'applicationOrgs'>,
  quorum: number,
): string[] {
  const masters = organisations.length;
  const members = config.applicationOrgs.map(({ msp }) => msp.mspId);
  const idle = members.filter((mspId) => !organisations.some((organisation) => organisation.mspId === mspId));
  const hidden = config.applicationOrgs.flatMap(({ msp, anchorPeers }) =>
    anchorPeers.length === 0 && !idle.includes(msp.mspId) ? [msp.mspId] : [],
  );
  return [
    ...(masters === quorum
      ? [
          `the quorum has no spare: all ${masters} masters must run; while one is away, nothing new can be traced and business nodes make no progress`,
        ]
      : []),
    ...idle.map(
      (mspId) =>
        `${mspId} is a member of channel ${main.name} and runs no master: it counts all the same, so ${quorum} of the ${masters} masters must agree`,
    ),
    ...hidden.map(
      (mspId) =>
        `${mspId} has no anchor peer on channel ${main.name}: other organisations' peers may not learn of its peer, and then captures fail; set one in the channel's configuration`,
    ),
  ];
}
