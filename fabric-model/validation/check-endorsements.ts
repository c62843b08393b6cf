import { CotraceError } from '@cotrace/core';
import * as peer from '../gen/fabric/peer_pb.js';
import { endorsedBytes } from '../transaction/builders.js';
import type { Envelope } from '../transaction/envelope.js';
import { decodeRwset, isWritten, type NamespaceRwset } from '../transaction/rwset.js';
import { signers } from '../policy/policy.js';
import { decode } from '../wire/decode.js';
import { attempt } from './check-form.js';
import type { ValidationContext } from './context.js';
import { namespacePolicy } from './namespace-policy.js';
import { satisfiesNamespace } from './satisfies-namespace.js';

const Code = peer.TxValidationCode;

/**
 * The second of Fabric's validation steps, for an envelope of type ENDORSER_TRANSACTION that passed
 * `checkForm`: the chaincode is defined, the read-write set legal, and every namespace that is written (the
 * invoked chaincode's always) endorsed as its policy wants, as far as `context.held` lets that be judged.
 *
 * Throws `UNKNOWN_VALIDATION_PLUGIN` for a definition that is not validated by `vscc`: nobody without that
 * plug-in can say whether its transactions are valid.
 * Source: Fabric `core/committer/txvalidator/v20/plugindispatcher/dispatcher.go`.
 */
export function checkEndorsements(envelope: Envelope, context: ValidationContext): peer.TxValidationCode {
  const extension = attempt(() =>
    decode(peer.ChaincodeHeaderExtensionSchema, envelope.channelHeader.extension),
  );
  if (extension === null) return Code.BAD_HEADER_EXTENSION;
  const endorsed = attempt(() => endorsedAction(envelope.data));
  if (endorsed === null) return Code.BAD_RESPONSE_PAYLOAD;
  const { action, responsePayload, endorsements } = endorsed;
  const rwset = attempt(() => decodeRwset(action.results));
  if (rwset === null) return Code.BAD_RWSET;
  const code = checkNames(extension, action);
  if (code !== Code.VALID) return code;
  if (new Set(rwset.map(({ namespace }) => namespace)).size < rwset.length) return Code.ILLEGAL_WRITESET;

  const identities = signers(
    endorsements.map(({ endorser, signature }) => ({
      identity: endorser,
      data: endorsedBytes(responsePayload, endorser),
      signature,
    })),
    context.manager,
  );
  for (const set of setsToEndorse(action.chaincodeId?.name ?? '', rwset)) {
    if (context.held?.has(set.namespace) === false) continue;
    const policy = namespacePolicy(set.namespace, context);
    if (policy === null) return Code.INVALID_CHAINCODE;
    if (policy.plugin !== 'vscc') {
      throw new CotraceError(
        'UNKNOWN_VALIDATION_PLUGIN',
        `transactions of ${set.namespace} are validated by the plug-in ${policy.plugin}, which is not there`,
        { namespace: set.namespace, plugin: policy.plugin },
      );
    }
    if (!satisfiesNamespace(set, policy.policy, identities, context)) return Code.ENDORSEMENT_POLICY_FAILURE;
  }
  return Code.VALID;
}

interface EndorsedAction {
  readonly action: peer.ChaincodeAction;
  readonly responsePayload: Uint8Array;
  readonly endorsements: readonly peer.Endorsement[];
}

function endorsedAction(data: Uint8Array): EndorsedAction | null {
  const [first] = decode(peer.TransactionSchema, data).actions;
  if (first === undefined) return null;
  const { action } = decode(peer.ChaincodeActionPayloadSchema, first.payload);
  if (action === undefined || action.proposalResponsePayload.length === 0) return null;
  const { extension } = decode(peer.ProposalResponsePayloadSchema, action.proposalResponsePayload);
  if (extension.length === 0) return null;
  return {
    action: decode(peer.ChaincodeActionSchema, extension),
    responsePayload: action.proposalResponsePayload,
    endorsements: action.endorsements,
  };
}

/** The client's, the endorsers' and the event's chaincode must be one. */
function checkNames(
  { chaincodeId: invoked }: peer.ChaincodeHeaderExtension,
  { chaincodeId: ran, events }: peer.ChaincodeAction,
): peer.TxValidationCode {
  if (invoked === undefined || ran === undefined) return Code.INVALID_OTHER_REASON;
  if (invoked.name === '' || invoked.name !== ran.name || ran.version === '') return Code.INVALID_CHAINCODE;
  if (events.length > 0) {
    const event = attempt(() => decode(peer.ChaincodeEventSchema, events));
    if (event?.chaincodeId !== invoked.name) return Code.INVALID_OTHER_REASON;
  }
  return Code.VALID;
}

function setsToEndorse(invoked: string, rwset: readonly NamespaceRwset[]): NamespaceRwset[] {
  const own = rwset.find(({ namespace }) => namespace === invoked) ?? {
    namespace: invoked,
    reads: [],
    rangeQueries: [],
    writes: [],
    metadataWrites: [],
    collections: [],
  };
  return [own, ...rwset.filter((set) => set !== own && isWritten(set))];
}
