import { beforeAll, describe, expect, it } from '@jest/globals';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { concat, fromHex, utf8 } from '@cotrace/core';
import {
  ApplicationPolicySchema,
  CombinedPrincipalSchema,
  ConfigGroupSchema,
  ImplicitMetaPolicySchema,
  ImplicitMetaPolicy_Rule,
  MSPPrincipalSchema,
  MSPPrincipal_Classification,
  MSPRoleSchema,
  MSPRole_MSPRoleType,
  Policy_PolicyType,
  SignaturePolicyEnvelopeSchema,
  SignaturePolicySchema,
  type ConfigGroup,
  type MSPPrincipal,
  type SignaturePolicy,
  type SignaturePolicyEnvelope,
} from '../gen/fabric/common_pb.js';
import { MspManager } from '../identity/manager.js';
import { hostEcdsa, hostVerifier } from '../identity/host-ecdsa.js';
import { Msp } from '../identity/msp.js';
import { issue, mspConfig, serialized, sign, type Issued } from '../identity/testing/pki.js';
import { nested, varint } from '../wire/testing/nested.js';
import { applicationPolicy } from './application-policy.js';
import { evaluateSignedData, signers, type Policy, type SignedData } from './policy.js';
import { policyAt, policyTree } from './policy-tree.js';
import { parseSignaturePolicy, signaturePolicy } from './signature-policy.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const data = utf8('block, proposal or envelope');
const { MEMBER, PEER, ADMIN } = MSPRole_MSPRoleType;

let manager: MspManager;
/** Signatures by name: p1, q1 and a1 of Org1MSP (peer, peer, admin), p2 of Org2MSP, and broken ones. */
let signed: Record<string, SignedData>;

async function signedBy(mspId: string, { pem, keys }: Issued): Promise<SignedData> {
  return { identity: serialized(mspId, pem), data, signature: await sign(keys, data) };
}

beforeAll(async () => {
  const [root1, root2] = [await issue({ subject: 'CN=ca1' }), await issue({ subject: 'CN=ca2' })];
  manager = new MspManager(
    [
      Msp.fromConfig(mspConfig({ name: 'Org1MSP', rootCerts: [root1.pem] }), hostEcdsa),
      Msp.fromConfig(mspConfig({ name: 'Org2MSP', rootCerts: [root2.pem] }), hostEcdsa),
    ],
    hostVerifier,
  );
  const p1 = await issue({ subject: 'CN=p1, OU=peer', issuer: root1 });
  const again = await issue({ subject: 'CN=p1, OU=peer', issuer: root1, keys: p1.keys });
  const p2 = await issue({ subject: 'CN=p2, OU=peer', issuer: root2 });
  const of1 = await signedBy('Org1MSP', p1);
  const of2 = await signedBy('Org2MSP', p2);
  signed = {
    p1: of1,
    p1again: await signedBy('Org1MSP', p1),
    p1spaced: {
      ...of1,
      identity: serialized('Org1MSP', utf8(`text before\n${new TextDecoder().decode(p1.pem)}`)),
    },
    p1renewed: await signedBy('Org1MSP', again),
    q1: await signedBy('Org1MSP', await issue({ subject: 'CN=q1, OU=peer', issuer: root1 })),
    a1: await signedBy('Org1MSP', await issue({ subject: 'CN=a1, OU=admin', issuer: root1 })),
    p2: of2,
    wrongSignature: { ...of1, signature: of2.signature },
    wrongData: { ...of1, data: utf8('something else') },
    wrongOrganisation: { ...of2, identity: serialized('Org1MSP', p2.pem) },
    unknownOrganisation: { ...of2, identity: serialized('Org3MSP', p2.pem) },
    noIdentity: { ...of2, identity: utf8('nobody') },
  };
});

function role(mspIdentifier: string, which: MSPRole_MSPRoleType = PEER): MSPPrincipal {
  const principal = toBinary(MSPRoleSchema, create(MSPRoleSchema, { mspIdentifier, role: which }));
  return create(MSPPrincipalSchema, { principalClassification: MSPPrincipal_Classification.ROLE, principal });
}

function by(index: number): SignaturePolicy {
  return create(SignaturePolicySchema, { type: { case: 'signedBy', value: index } });
}

function outOf(n: number, ...rules: SignaturePolicy[]): SignaturePolicy {
  return create(SignaturePolicySchema, { type: { case: 'nOutOf', value: { n, rules } } });
}

function envelope(rule: SignaturePolicy, ...identities: MSPPrincipal[]): SignaturePolicyEnvelope {
  return create(SignaturePolicyEnvelopeSchema, { rule, identities });
}

function pick(names: string): SignedData[] {
  return names.split(' ').flatMap((name) => signed[name] ?? []);
}

const peer1 = role('Org1MSP');
const peer2 = role('Org2MSP');
const member1 = role('Org1MSP', MEMBER);

describe('A signature policy', () => {
  it.each<[string, SignaturePolicyEnvelope, string, boolean]>([
    ['both organisations', envelope(outOf(2, by(0), by(1)), peer1, peer2), 'p1 p2', true],
    ['both, in another order', envelope(outOf(2, by(0), by(1)), peer1, peer2), 'p2 p1', true],
    ['both, one missing', envelope(outOf(2, by(0), by(1)), peer1, peer2), 'p1 q1', false],
    ['one of two', envelope(outOf(1, by(0), by(1)), peer1, peer2), 'p2', true],
    ['two peers of one', envelope(outOf(2, by(0), by(0)), peer1), 'p1 q1', true],
    ['one peer twice', envelope(outOf(2, by(0), by(0)), peer1), 'p1 p1', false],
    ['one peer with two signatures', envelope(outOf(2, by(0), by(0)), peer1), 'p1 p1again', false],
    [
      'one peer with its certificate written twice',
      envelope(outOf(2, by(0), by(0)), peer1),
      'p1 p1spaced',
      false,
    ],
    ['one key in two certificates', envelope(outOf(2, by(0), by(0)), peer1), 'p1 p1renewed', true],
    ['a role that the signer has not', envelope(by(0), role('Org1MSP', ADMIN)), 'p1', false],
    ['an administrator', envelope(by(0), role('Org1MSP', ADMIN)), 'p1 a1', true],
    ['a wrong signature', envelope(by(0), peer1), 'wrongSignature', false],
    ['a signature over other bytes', envelope(by(0), peer1), 'wrongData p1', true],
    [
      'an identity of another organisation',
      envelope(by(0), member1),
      'wrongOrganisation unknownOrganisation noIdentity',
      false,
    ],
    ['nobody, when none is asked for', envelope(outOf(0)), '', true],
    ['nobody, when one is asked for', envelope(by(0), peer1), '', false],
    // Greedy as in Fabric: the member takes p1, and nobody is left for the peer; in the other order both find theirs.
    ['greedy choice that fails', envelope(outOf(2, by(0), by(1)), member1, peer1), 'p1 a1', false],
    ['greedy choice that succeeds', envelope(outOf(2, by(0), by(1)), member1, peer1), 'a1 p1', true],
    // The gate that fails gives its signers back.
    ['a failed gate first', envelope(outOf(1, outOf(2, by(0), by(1)), by(0)), peer1, peer2), 'p1', true],
    ['more than enough', envelope(outOf(1, by(0), by(0), by(0)), peer1), 'p1 q1', true],
    // An early gate that has enough still uses up all it can.
    ['a gate that takes all', envelope(outOf(2, outOf(1, by(0), by(0)), by(0)), peer1), 'p1 q1', false],
  ])('is evaluated as Fabric does: %s', (_, policy, names, expected) => {
    expect(evaluateSignedData(signaturePolicy(policy), pick(names), manager)).toBe(expected);
  });

  it.each<[string, SignaturePolicyEnvelope]>([
    ['no rule', create(SignaturePolicyEnvelopeSchema, {})],
    ['an empty rule', envelope(create(SignaturePolicySchema, {}))],
    ['a signer that is not listed', envelope(by(1), peer1)],
    ['a negative signer', envelope(by(-1), peer1)],
    [
      'a version other than 0',
      create(SignaturePolicyEnvelopeSchema, { version: 1, rule: by(0), identities: [peer1] }),
    ],
  ])('with %s is refused', (_, policy) => {
    expect(() => parseSignaturePolicy(toBinary(SignaturePolicyEnvelopeSchema, policy))).toThrow(
      expect.objectContaining({ code: 'BAD_POLICY' }),
    );
  });

  it('may have rules within each other as deep as Go decodes them', () => {
    const bytes = (levels: number): Uint8Array => {
      // A rule is one of its rules, which is an n-of rule, which is …
      let inner = false;
      const rule = nested(fromHex('0800'), 2 * levels, (length) => {
        inner = !inner;
        return [...(inner ? [0x08, 0x01] : []), 0x12, ...varint(length)];
      });
      const whole = nested(rule, 1, (length) => [0x12, ...varint(length)]);
      const identities = create(SignaturePolicyEnvelopeSchema, { identities: [peer1] });
      return concat(whole, toBinary(SignaturePolicyEnvelopeSchema, identities));
    };
    const deepest = parseSignaturePolicy(bytes(4999));
    expect(evaluateSignedData(deepest, pick('p1'), manager)).toBe(true);
    expect(evaluateSignedData(deepest, pick('p2'), manager)).toBe(false);
    expect(() => parseSignaturePolicy(bytes(5000))).toThrow(
      expect.objectContaining({ code: 'BAD_PROTOBUF' }),
    );
  });

  it('with a principal that cannot be read is a policy nobody satisfies', () => {
    const broken = [
      create(MSPPrincipalSchema, {
        principalClassification: MSPPrincipal_Classification.ROLE,
        principal: utf8('?'),
      }),
      create(MSPPrincipalSchema, { principalClassification: MSPPrincipal_Classification.COMBINED }),
      create(MSPPrincipalSchema, { principalClassification: MSPPrincipal_Classification.ANONYMITY }),
      create(MSPPrincipalSchema, {
        principalClassification: MSPPrincipal_Classification.IDENTITY,
        principal: utf8('?'),
      }),
      fromBinary(MSPPrincipalSchema, fromHex('0809')),
      role('Org1MSP', fromBinary(MSPRoleSchema, fromHex('1009')).role),
    ];
    for (const principal of broken) {
      expect(evaluateSignedData(signaturePolicy(envelope(by(0), principal)), pick('p1 a1 p2'), manager)).toBe(
        false,
      );
    }
  });

  it('may name a single identity, or ask one signer for several things', () => {
    const identity = create(MSPPrincipalSchema, {
      principalClassification: MSPPrincipal_Classification.IDENTITY,
      principal: pick('p1')[0]?.identity ?? new Uint8Array(),
    });
    const combined = (...principals: MSPPrincipal[]): MSPPrincipal =>
      create(MSPPrincipalSchema, {
        principalClassification: MSPPrincipal_Classification.COMBINED,
        principal: toBinary(CombinedPrincipalSchema, create(CombinedPrincipalSchema, { principals })),
      });
    const holds = (principal: MSPPrincipal, names: string): boolean =>
      evaluateSignedData(signaturePolicy(envelope(by(0), principal)), pick(names), manager);
    expect(holds(identity, 'p1spaced')).toBe(true);
    expect(holds(identity, 'q1 a1 p2 p1renewed')).toBe(false);
    expect(holds(combined(identity, member1), 'p1')).toBe(true);
    expect(holds(combined(combined(peer1), role('Org1MSP', ADMIN)), 'p1 a1')).toBe(false);
    expect(holds(combined(combined(peer1), combined()), 'p1')).toBe(false);
    let outer = false;
    const deep = nested(toBinary(MSPPrincipalSchema, peer1), 10_000, (length) => {
      outer = !outer;
      return outer ? [0x0a, ...varint(length)] : [0x08, 0x04, 0x12, ...varint(length)];
    });
    expect(holds(fromBinary(MSPPrincipalSchema, deep), 'p1')).toBe(true);
    expect(holds(fromBinary(MSPPrincipalSchema, deep), 'p2')).toBe(false);
  });

  it('of n peers holds exactly when n different certificates of them have signed', () => {
    const names = fc.array(
      fc.constantFrom('p1', 'p1again', 'p1spaced', 'p1renewed', 'q1', 'p2', 'wrongSignature', 'noIdentity'),
    );
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 5 }), (chosen, n) => {
        const rules = Array.from({ length: n }, () => by(0));
        const different = new Set(chosen.map((name) => name.replace(/again|spaced/, ''))).size;
        const others = new Set(chosen.filter((name) => ['p2', 'wrongSignature', 'noIdentity'].includes(name)))
          .size;
        const policy = signaturePolicy(envelope(outOf(n, ...rules), peer1));
        expect(evaluateSignedData(policy, pick(chosen.join(' ')), manager)).toBe(different - others >= n);
      }),
      { numRuns },
    );
  });
});

describe('Signers', () => {
  it('are found once each, in order, whatever stands between them', () => {
    const found = signers(pick('noIdentity q1 wrongSignature p1 p1spaced p2 q1'), manager);
    expect(found.map(({ certificate }) => certificate.subject.commonName)).toEqual(['q1', 'p1', 'p2']);
  });

  it('count after a wrong signature of theirs, if a right one follows', () => {
    expect(signers(pick('wrongSignature wrongData p1'), manager)).toHaveLength(1);
  });
});

function meta(
  subPolicy: string,
  rule: ImplicitMetaPolicy_Rule,
): { policy: { type: number; value: Uint8Array } } {
  const value = toBinary(ImplicitMetaPolicySchema, create(ImplicitMetaPolicySchema, { subPolicy, rule }));
  return { policy: { type: Policy_PolicyType.IMPLICIT_META, value } };
}

function organisation(mspId: string): ConfigGroup {
  const value = toBinary(SignaturePolicyEnvelopeSchema, envelope(by(0), role(mspId)));
  return create(ConfigGroupSchema, {
    policies: { Endorsement: { policy: { type: Policy_PolicyType.SIGNATURE, value } } },
  });
}

function channel(rule: ImplicitMetaPolicy_Rule, organisations: string[]): ConfigGroup {
  return create(ConfigGroupSchema, {
    groups: {
      Application: create(ConfigGroupSchema, {
        groups: Object.fromEntries(organisations.map((mspId) => [mspId, organisation(mspId)])),
        policies: { Endorsement: meta('Endorsement', rule), Missing: meta('Nothing', rule) },
      }),
    },
    policies: {
      Top: meta('Endorsement', ImplicitMetaPolicy_Rule.ALL),
      Deep: meta('Org1MSP/Endorsement', ImplicitMetaPolicy_Rule.ANY),
    },
  });
}

describe('Policies of a channel', () => {
  const { ANY, ALL, MAJORITY } = ImplicitMetaPolicy_Rule;
  it.each<[string, ImplicitMetaPolicy_Rule, string[], string, boolean]>([
    ['any of two', ANY, ['Org1MSP', 'Org2MSP'], 'p2', true],
    ['any of two, none', ANY, ['Org1MSP', 'Org2MSP'], 'a1', false],
    ['all of two', ALL, ['Org1MSP', 'Org2MSP'], 'p1 p2', true],
    ['all of two, one', ALL, ['Org1MSP', 'Org2MSP'], 'p1 q1', false],
    ['majority of two', MAJORITY, ['Org1MSP', 'Org2MSP'], 'p1', false],
    ['majority of three', MAJORITY, ['Org1MSP', 'Org2MSP', 'Org3MSP'], 'p1 p2', true],
    ['majority of four', MAJORITY, ['Org1MSP', 'Org2MSP', 'Org3MSP', 'Org4MSP'], 'p1 p2', false],
    ['majority of none', MAJORITY, [], '', true],
  ])('count organisations: %s', (_, rule, organisations, names, expected) => {
    const tree = policyTree(channel(rule, organisations), '/Channel');
    const policy = policyAt(tree, '/Channel/Application/Endorsement') ?? {
      kind: 'reject',
      reason: 'not found',
    };
    expect(evaluateSignedData(policy, pick(names), manager)).toBe(expected);
  });

  it('are found by absolute path, by path from the channel, and nowhere else', () => {
    const tree = policyTree(channel(ANY, ['Org1MSP']), '/Channel');
    const application = policyAt(tree, '/Channel/Application/Endorsement');
    expect(application?.kind).toBe('implicit-meta');
    expect(policyAt(tree, 'Application/Endorsement')).toBe(application);
    for (const id of [
      '',
      '/',
      '/Channel',
      '/Channels/Application/Endorsement',
      '/Application/Endorsement',
      '/Channel/Application/toString',
    ]) {
      expect(policyAt(tree, id)).toBeNull();
    }
  });

  it('may refer to policies of policies, and reject where a group has not the one they name', () => {
    const tree = policyTree(channel(ANY, ['Org1MSP', 'Org2MSP']), '/Channel');
    const holds = (id: string, names: string): boolean | null => {
      const policy = policyAt(tree, id);
      return policy && evaluateSignedData(policy, pick(names), manager);
    };
    expect(holds('Top', 'p2')).toBe(true);
    expect(holds('Deep', 'p1')).toBe(true);
    expect(holds('Deep', 'p2')).toBe(false);
    expect(holds('Application/Missing', 'p1 p2')).toBe(false);
  });

  it('are refused with their path when they cannot be used, and when groups are nested too deeply', () => {
    const broken = create(ConfigGroupSchema, { policies: { Odd: { policy: { type: 9 } } } });
    expect(() => policyTree(broken, '/Channel')).toThrow(
      expect.objectContaining({
        code: 'BAD_POLICY',
        detail: expect.objectContaining({ path: '/Channel/Odd' }) as unknown,
      }),
    );
    const unknownRule = create(ConfigGroupSchema, {
      policies: { Odd: meta('x', fromBinary(ImplicitMetaPolicySchema, fromHex('1009')).rule) },
      groups: { g: {} },
    });
    expect(() => policyTree(unknownRule, '/Channel')).toThrow(
      expect.objectContaining({ code: 'BAD_POLICY' }),
    );
    const deep = Array.from({ length: 20 }).reduce<ConfigGroup>(
      (group) => create(ConfigGroupSchema, { groups: { g: group } }),
      create(ConfigGroupSchema),
    );
    expect(() => policyTree(deep, '/Channel')).toThrow(expect.objectContaining({ code: 'CONFIG_TOO_DEEP' }));
  });
});

describe('An application policy', () => {
  const evaluate = (bytes: Uint8Array, names: string): boolean => {
    const tree = policyTree(channel(ImplicitMetaPolicy_Rule.MAJORITY, ['Org1MSP', 'Org2MSP']), '/Channel');
    const policy: Policy = applicationPolicy(bytes, tree);
    return evaluateSignedData(policy, pick(names), manager);
  };
  const reference = (value: string): Uint8Array =>
    toBinary(
      ApplicationPolicySchema,
      create(ApplicationPolicySchema, { type: { case: 'channelConfigPolicyReference', value } }),
    );

  it('is a signature policy or the name of a channel’s policy', () => {
    const own = create(ApplicationPolicySchema, {
      type: { case: 'signaturePolicy', value: envelope(by(0), peer2) },
    });
    expect(evaluate(toBinary(ApplicationPolicySchema, own), 'p2')).toBe(true);
    expect(evaluate(toBinary(ApplicationPolicySchema, own), 'p1')).toBe(false);
    expect(evaluate(reference('/Channel/Application/Endorsement'), 'p1 p2')).toBe(true);
    expect(evaluate(reference('/Channel/Application/Endorsement'), 'p1')).toBe(false);
  });

  it('that cannot be used is satisfied by nobody', () => {
    const bad = create(ApplicationPolicySchema, {
      type: { case: 'signaturePolicy', value: envelope(by(7), peer2) },
    });
    for (const bytes of [
      new Uint8Array(),
      utf8('?'),
      reference('/Channel/Nothing'),
      toBinary(ApplicationPolicySchema, bad),
    ]) {
      expect(evaluate(bytes, 'p1 p2 a1')).toBe(false);
    }
  });
});
