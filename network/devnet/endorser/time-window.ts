import { common, peer } from '@cotrace/fabric-model';
import { CotraceError } from '@cotrace/core';
import { TIME_WINDOW_MS } from '../limits.js';
import { messageOf } from '../rpc/rpc-error.js';
import { unmarshal } from '../rpc/unmarshal.js';

/**
 * Refuses a proposal that was not made just now, or says nothing of when. Fabric 3 does so where proposals come in
 * through gRPC; a gateway's own peer does not (core/handlers/auth/filter/timewindow.go).
 * `now` in milliseconds. Throws `TIME_WINDOW`, `BAD_PROPOSAL` or `BAD_MESSAGE`, in Fabric's words.
 */
export function checkTimeWindow(signed: peer.SignedProposal, now: number): void {
  const proposal = parse('proposal', () => unmarshal(peer.ProposalSchema, signed.proposalBytes));
  const header = parse('header', () => unmarshal(common.HeaderSchema, proposal.header));
  const { timestamp } = parse('channel header', () =>
    unmarshal(common.ChannelHeaderSchema, header.channelHeader),
  );
  const time = Number(timestamp?.seconds ?? 0n) * 1000 + (timestamp?.nanos ?? 0) / 1_000_000;
  if (Math.abs(time - now) <= TIME_WINDOW_MS) return;
  const message =
    `request unauthorized due to incorrect timestamp ${rfc3339(time)}, ` +
    `peer time ${rfc3339(now)}, peer.authentication.timewindow 15m0s`;
  throw new CotraceError('TIME_WINDOW', message, { time, now });
}

function parse<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CotraceError('BAD_PROPOSAL', `failed parsing ${what}: ${messageOf(cause)}`, {}, cause);
  }
}

/** A moment in whole seconds; one that no calendar of ours knows as a number. */
function rfc3339(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(milliseconds) : `${date.toISOString().slice(0, 19)}Z`;
}
