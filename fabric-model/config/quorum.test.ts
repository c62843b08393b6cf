import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import {
  ConfigGroupSchema,
  ImplicitMetaPolicy_Rule,
  ImplicitMetaPolicySchema,
  Policy_PolicyType,
  PolicySchema,
  SignaturePolicyEnvelopeSchema,
  type Policy,
  type SignaturePolicySchema,
} from '../gen/fabric/common_pb.js';
import { quorumPolicy } from './quorum.js';

const { SIGNATURE, IMPLICIT_META } = Policy_PolicyType;

const of = (policies: Readonly<Record<string, Policy>>) =>
  quorumPolicy(
    create(ConfigGroupSchema, {
      policies: Object.fromEntries(Object.entries(policies).map(([name, policy]) => [name, { policy }])),
    }),
  );
const signature = (rule: MessageInitShape<typeof SignaturePolicySchema>) =>
  create(PolicySchema, {
    type: SIGNATURE,
    value: toBinary(SignaturePolicyEnvelopeSchema, create(SignaturePolicyEnvelopeSchema, { rule })),
  });
const outOf = (n: number) => signature({ type: { case: 'nOutOf', value: { n, rules: [] } } });

describe('the quorum in a configuration', () => {
  it('is the n of its policy, whoever is named there', () => {
    expect(of({ CotraceQuorum: outOf(5) })).toBe(5);
    expect(of({ CotraceQuorum: outOf(5), Endorsement: outOf(1) })).toBe(5);
  });

  it('is not set without one, or by another policy', () => {
    expect(of({})).toBeNull();
    expect(of({ cotraceQuorum: outOf(5), Endorsement: outOf(1) })).toBeNull();
  });

  it('is not set by a policy of another form', () => {
    const meta = create(ImplicitMetaPolicySchema, {
      subPolicy: 'Endorsement',
      rule: ImplicitMetaPolicy_Rule.MAJORITY,
    });
    const implicit = create(PolicySchema, {
      type: IMPLICIT_META,
      value: toBinary(ImplicitMetaPolicySchema, meta),
    });
    expect(of({ CotraceQuorum: implicit })).toBeNull();
    expect(of({ CotraceQuorum: signature({ type: { case: 'signedBy', value: 3 } }) })).toBeNull();
    expect(of({ CotraceQuorum: signature({}) })).toBeNull();
    expect(of({ CotraceQuorum: { ...outOf(5), type: IMPLICIT_META } })).toBeNull();
  });

  it('is not guessed from bytes that are no policy', () => {
    const value = Uint8Array.of(0xff);
    expect(() => of({ CotraceQuorum: create(PolicySchema, { type: SIGNATURE, value }) })).toThrow(
      expect.objectContaining({ code: 'BAD_PROTOBUF' }),
    );
  });
});
