import { create, toBinary } from '@bufbuild/protobuf';
import { common } from '@cotrace/fabric-model';

const ORGANISATIONS = ['Org1MSP', 'Org2MSP', 'Org3MSP'];

/** Policy that so many of the organisations' peers must endorse. */
export function peersPolicy(n: number, mspIds: readonly string[]): common.SignaturePolicyEnvelope {
  const identities = mspIds.map((mspIdentifier) => ({
    principalClassification: common.MSPPrincipal_Classification.ROLE,
    principal: toBinary(
      common.MSPRoleSchema,
      create(common.MSPRoleSchema, { mspIdentifier, role: common.MSPRole_MSPRoleType.PEER }),
    ),
  }));
  const rules = mspIds.map((_, i) => ({ type: { case: 'signedBy' as const, value: i } }));
  return create(common.SignaturePolicyEnvelopeSchema, {
    rule: { type: { case: 'nOutOf', value: { n, rules } } },
    identities,
  });
}

/** Base64 of a policy for the operation `setPolicy`. */
export function keyPolicy(n: number, mspIds: readonly string[]): string {
  return Buffer.from(toBinary(common.SignaturePolicyEnvelopeSchema, peersPolicy(n, mspIds))).toString(
    'base64',
  );
}

/** A chaincode that scripts call. */
export interface ScriptedChaincode {
  readonly channel: string;
  readonly name: string;
  /** Package that it is a deployment of; packages with the letter c are without the contract API. */
  readonly package: 'a' | 'b' | 'c';
  /** Undefined: the channel's default. */
  readonly policy?: common.SignaturePolicyEnvelope;
  /** Organisations that run it. */
  readonly on: readonly string[];
}

const everywhere = ['org1', 'org2', 'org3'];

/** What is deployed before a script runs, on every network. */
export const CHAINCODES: readonly ScriptedChaincode[] = [
  { channel: 'main', name: 'plain', package: 'a', on: everywhere },
  { channel: 'checking', name: 'plain', package: 'a', on: everywhere },
  {
    channel: 'main',
    name: 'pair',
    package: 'b',
    policy: peersPolicy(2, ['Org1MSP', 'Org2MSP']),
    on: ['org1', 'org2'],
  },
  { channel: 'main', name: 'anyone', package: 'a', policy: peersPolicy(1, ORGANISATIONS), on: everywhere },
  { channel: 'main', name: 'raw', package: 'c', policy: peersPolicy(1, ORGANISATIONS), on: everywhere },
];
