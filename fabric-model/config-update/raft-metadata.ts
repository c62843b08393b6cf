import { equalBytes, toHex } from '@cotrace/core';
import { goDuration } from '../config/go-duration.js';
import type { OrdererSettings } from '../config/orderer.js';
import type { RaftConsenter, RaftOptions } from '../gen/fabric/orderer_pb.js';
import { refused, step } from './refused.js';

const RAFT = 'etcdraft';

/**
 * Checks the options and consenters of Raft in a configuration that follows another. Throws `CONFIG_UPDATE`, in Fabric's words. Whose certificates the
 * consenters have is not looked at. Source: Fabric `orderer/consensus/etcdraft/chain.go`, `ValidateConsensusMetadata`; `util.go`; `membership.go`.
 */
export function checkRaft(current: OrdererSettings, next: OrdererSettings): void {
  if (next.consensusType !== RAFT || next.consensusMetadata.length === 0) return;
  const { options, consenters } = next.raft ?? { consenters: [] };
  step('invalid new config metadata', () => {
    checkOptions(options ?? null);
    if (consenters.length === 0) throw refused('empty consenter set');
    checkDifferent(consenters);
  });
  checkOneAtATime(current.raft?.consenters ?? [], consenters);
}

function checkOptions(options: RaftOptions | null): void {
  if (options === null) throw refused('nil Raft config metadata options');
  const { heartbeatTick, electionTick, maxInflightBlocks, tickInterval } = options;
  if (heartbeatTick === 0 || electionTick === 0 || maxInflightBlocks === 0) {
    const values = `HeartbeatTick (${heartbeatTick}), ElectionTick (${electionTick})`;
    throw refused(`none of ${values} and MaxInflightBlocks (${maxInflightBlocks}) can be zero`);
  }
  if (electionTick <= heartbeatTick) {
    throw refused(`ElectionTick (${electionTick}) must be greater than HeartbeatTick (${heartbeatTick})`);
  }
  const milliseconds = goDuration(tickInterval);
  if (milliseconds === null) {
    const reason = `time: invalid duration ${JSON.stringify(tickInterval)}`;
    throw refused(`failed to parse TickInterval (${tickInterval}) to time duration: ${reason}`);
  }
  if (milliseconds === 0) throw refused('TickInterval cannot be zero');
}

function checkDifferent(consenters: readonly RaftConsenter[]): void {
  const seen = new Set<string>();
  for (const { serverTlsCert, clientTlsCert } of consenters) {
    const [server, client] = [toHex(serverTlsCert), toHex(clientTlsCert)];
    if (seen.has(server) || seen.has(client)) {
      const text = new TextDecoder();
      const which = `server cert: ${text.decode(serverTlsCert)}, client cert: ${text.decode(clientTlsCert)}`;
      throw refused(`duplicate consenter: ${which}`);
    }
    seen.add(server).add(client);
  }
}

function checkOneAtATime(before: readonly RaftConsenter[], after: readonly RaftConsenter[]): void {
  const added = after.filter((consenter) => !hasClient(before, consenter)).length;
  const removed = before.filter((consenter) => !hasClient(after, consenter)).length;
  if (added <= 1 && removed <= 1) return;
  const changes = `add ${added} node(s), remove ${removed} node(s)`;
  throw refused(
    `update of more than one consenter at a time is not supported, requested changes: ${changes}`,
  );
}

function hasClient(consenters: readonly RaftConsenter[], { clientTlsCert }: RaftConsenter): boolean {
  return consenters.some((other) => equalBytes(other.clientTlsCert, clientTlsCert));
}
