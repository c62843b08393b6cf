import { equalBytes } from '@cotrace/core';
import type { ChannelConfig } from '../config/channel-config.js';
import { ConfigUpdateSchema, type ConfigUpdate, type ConfigUpdateEnvelope } from '../gen/fabric/common_pb.js';
import { ConsensusType_State } from '../gen/fabric/orderer_pb.js';
import { orderersMigrate } from './capabilities.js';
import { read, refused } from './refused.js';

/**
 * Checks that a configuration changes the state of the consensus by itself, and its type not at all: types are changed while nothing is ordered, and
 * from Raft to BFT alone, which is not done here. Throws `CONFIG_UPDATE`, in Fabric's words. Source: Fabric
 * `orderer/common/msgprocessor/maintenancefilter.go`.
 */
export function checkMaintenance(
  current: ChannelConfig,
  next: ChannelConfig,
  update: ConfigUpdateEnvelope,
): void {
  const [before, after] = [current.orderer, next.orderer];
  const states = `from ${stateName(before.consensusState)} to ${stateName(after.consensusState)}`;
  const types = `from ${before.consensusType} to ${after.consensusType}`;
  const isOther = before.consensusType !== after.consensusType;
  if (!orderersMigrate(current.capabilities)) {
    if (after.consensusState !== ConsensusType_State.NORMAL) {
      const state = stateName(after.consensusState);
      throw refused(
        `next config attempted to change ConsensusType.State to ${state}, but capability is disabled`,
      );
    }
    if (!isOther) return;
    throw refused(`next config attempted to change ConsensusType.Type ${types}, but capability is disabled`);
  }
  if (before.consensusState !== after.consensusState) {
    checkConsensusAlone(read(ConfigUpdateSchema, update.configUpdate));
    if (isOther) {
      throw refused(
        `attempted to change ConsensusType.Type ${types}, but ConsensusType.State is changing ${states}`,
      );
    }
    if (!equalBytes(before.consensusMetadata, after.consensusMetadata)) {
      throw refused(
        `attempted to change ConsensusType.Metadata, but ConsensusType.State is changing ${states}`,
      );
    }
  }
  if (!isOther) return;
  for (const [which, { consensusState }] of [
    ['current', before],
    ['next', after],
  ] as const) {
    if (consensusState !== ConsensusType_State.NORMAL) continue;
    throw refused(
      `attempted to change consensus type ${types}, but ${which} config ConsensusType.State is not in maintenance mode`,
    );
  }
  throw refused(`attempted to change consensus type ${types}, transition not supported`);
}

/** The state's name in Fabric; a state that it does not know is its number. */
function stateName(state: ConsensusType_State): string {
  return state in ConsensusType_State ? `STATE_${ConsensusType_State[state]}` : String(state);
}

function checkConsensusAlone({ writeSet }: ConfigUpdate): void {
  const groups = writeSet?.groups ?? {};
  const names = Object.keys(groups);
  if (names.length === 0) throw refused('config update contains no changes');
  if (Object.keys(writeSet?.values ?? {}).length > 0) {
    throw refused('config update contains changes to values in group Channel');
  }
  if (names.length > 1) throw refused('config update contains changes to more than one group');
  const orderer = groups['Orderer'];
  if (orderer === undefined) throw refused('update does not contain the Orderer group');
  if (Object.keys(orderer.groups).length > 0) {
    throw refused('config update contains changes to groups within the Orderer group');
  }
  const values = Object.keys(orderer.values);
  if (!values.includes('ConsensusType')) {
    throw refused('config update does not contain the ConsensusType value');
  }
  if (values.length > 1) {
    throw refused('config update contain more then just the ConsensusType value in the Orderer group');
  }
}
