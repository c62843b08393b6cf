import { create, toBinary } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import { common, dataHash, decode, decodeBlock, encodeBlock } from '@cotrace/fabric-model';

/** How many organisations an implicit-meta policy asks for. */
export type MetaRule = keyof typeof common.ImplicitMetaPolicy_Rule;

/** Rules of a channel's policies over the organisations' `Endorsement` policies; `MAJORITY` where left out. */
export interface EndorsementRules {
  /** Of transactions of chaincodes whose definition names no policy. */
  readonly endorsement?: MetaRule;
  /** Of chaincode definitions. */
  readonly lifecycleEndorsement?: MetaRule;
}

const NAMES = { endorsement: 'Endorsement', lifecycleEndorsement: 'LifecycleEndorsement' } as const;

/** A genesis block with other rules: another chain. Throws `BAD_GENESIS` for a block that is none. */
export function withRules(genesis: Uint8Array, rules: EndorsementRules): Uint8Array {
  const changes = Object.entries(NAMES).flatMap(([setting, name]) => {
    const rule = rules[setting as keyof typeof NAMES];
    return rule === undefined ? [] : [[name, endorsementBy(rule)] as const];
  });
  if (changes.length === 0) return genesis;
  const block = decodeBlock(genesis);
  const envelopes = block.envelopes.map((envelope) => changePolicies(envelope, changes));
  return encodeBlock({ ...block, envelopes, dataHash: dataHash(envelopes) });
}

function endorsementBy(rule: MetaRule): common.Policy {
  const meta = create(common.ImplicitMetaPolicySchema, {
    subPolicy: NAMES.endorsement,
    rule: common.ImplicitMetaPolicy_Rule[rule],
  });
  return create(common.PolicySchema, {
    type: common.Policy_PolicyType.IMPLICIT_META,
    value: toBinary(common.ImplicitMetaPolicySchema, meta),
  });
}

function changePolicies(
  bytes: Uint8Array,
  changes: readonly (readonly [string, common.Policy])[],
): Uint8Array {
  const envelope = decode(common.EnvelopeSchema, bytes);
  const payload = decode(common.PayloadSchema, envelope.payload);
  const config = decode(common.ConfigEnvelopeSchema, payload.data);
  const application = config.config?.channelGroup?.groups['Application'];
  for (const [name, policy] of changes) {
    const entry = application?.policies[name];
    if (entry === undefined)
      throw new CotraceError('BAD_GENESIS', `the genesis block has no policy ${name}`, { name });
    entry.policy = policy;
  }
  payload.data = toBinary(common.ConfigEnvelopeSchema, config);
  envelope.payload = toBinary(common.PayloadSchema, payload);
  return toBinary(common.EnvelopeSchema, envelope);
}
