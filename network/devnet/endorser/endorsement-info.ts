import { CotraceError } from '@cotrace/core';
import { type ChaincodeDefinition, sequenceFromState } from '@cotrace/fabric-model';
import type { ChaincodeEndpoint } from '../chaincode/connection.js';
import type { Ledger, Simulator } from '../ledger/types.js';
import { LEGACY_LIFECYCLE, LIFECYCLE } from '../system/names.js';

/** How a peer stands to a chaincode of a channel. */
export interface LocalChaincode {
  /** Whether its organisation has approved the committed definition. */
  readonly approved: boolean;
  /** Where it reaches the approved package; null if that is not installed. */
  readonly endpoint: ChaincodeEndpoint | null;
}

/** Finds the chaincode of a channel on a peer. */
export type FindLocalChaincode = (channelId: string, name: string) => LocalChaincode;

/** What a peer needs to run a chaincode. */
export interface EndorsementInfo {
  readonly definition: ChaincodeDefinition;
  readonly endpoint: ChaincodeEndpoint;
}

/**
 * Definition of a chaincode as a simulation sees it, and where the peer runs it. The sequence is read through the
 * simulator, so that every read-write set has the read `namespaces/fields/<name>/Sequence` of `_lifecycle`, and a
 * transaction that was endorsed before a new definition fails (core/chaincode/lifecycle/endorsement_info.go).
 * Throws `NOT_DEFINED`, `DEFINITION_CHANGED`, `NOT_APPROVED` or `NOT_INSTALLED`, in Fabric's words.
 */
export function endorsementInfo(
  ledger: Ledger | null,
  name: string,
  simulator: Simulator,
  find: FindLocalChaincode,
): EndorsementInfo {
  const sequence = sequenceFromState(name, (key) => simulator.get(LIFECYCLE, key));
  const definition = ledger?.definition(name) ?? null;
  if (sequence === 0n || ledger === null || definition === null) {
    // Fabric then looks for a definition of the lifecycle before 2.0, through the simulator as well.
    if (sequence === 0n) simulator.get(LEGACY_LIFECYCLE, name);
    throw new CotraceError('NOT_DEFINED', `chaincode ${name} not found`, { name });
  }
  if (definition.sequence !== sequence) {
    const now = String(definition.sequence);
    const seen = String(sequence);
    const change = `chaincode definition for '${name}' changed during invoke`;
    throw new CotraceError(
      'DEFINITION_CHANGED',
      `chaincode cache at sequence ${now} but current sequence is ${seen}, ${change}`,
      { name, now, seen },
    );
  }
  const { channelId } = ledger;
  const { approved, endpoint } = find(channelId, name);
  if (!approved) {
    const which = `'${name}' at sequence ${sequence} on channel '${channelId}'`;
    const message = `chaincode definition for ${which} has not yet been approved by this org`;
    throw new CotraceError('NOT_APPROVED', message, { name, channelId });
  }
  if (endpoint === null) {
    const message = `chaincode definition for '${name}' exists, but chaincode is not installed`;
    throw new CotraceError('NOT_INSTALLED', message, { name, channelId });
  }
  return { definition, endpoint };
}
