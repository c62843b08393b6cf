import { expect, it } from '@jest/globals';
import { differences } from './compare.js';
import { comparable } from './release-lines.js';

const LATE = { grpc: 2, text: 'incorrect timestamp <now>, peer.authentication.timewindow 15m0s' };
const embedded = [
  { at: '0', seen: [400, 'channel does not exist'] },
  { at: '1', seen: LATE },
  { at: '2', seen: [200, ''] },
];
const fabric25 = [
  {
    at: '0',
    seen: [400, 'channel creation request not allowed because the orderer system channel is not defined'],
  },
  { at: '1', seen: [200, ''] },
  { at: '2', seen: [200, ''] },
];

it('what 2.5 is known to do otherwise is no difference, on 2.5 alone', () => {
  expect(differences(...comparable('2.5.16', fabric25, embedded))).toEqual([]);
  expect(differences(...comparable('3.1.5', fabric25, embedded)).map(({ at }) => at)).toEqual(['0', '1']);
});

it('2.5 says who has approved a definition, but not in what an approval differs', () => {
  const readiness = (approved: boolean, mismatches: unknown) => [
    { at: '1', seen: { approvals: [['Org1MSP', approved]], mismatches } },
  ];
  const ours = readiness(false, [['Org1MSP', ['Collections']]]);
  const found = (version: string, theirs: typeof ours) =>
    differences(...comparable(version, theirs, ours)).length;
  expect(found('2.5.16', readiness(false, []))).toBe(0);
  expect(found('2.5.16', readiness(true, []))).toBe(1);
  expect(found('3.1.5', readiness(false, []))).toBe(1);
});

it('anything else is one on 2.5, too', () => {
  const other = fabric25.with(2, { at: '2', seen: [500, ''] });
  expect(differences(...comparable('2.5.16', other, embedded)).map(({ at }) => at)).toEqual(['2']);
  expect(differences(...comparable('2.5.16', embedded, embedded)).map(({ at }) => at)).toEqual(['0']);
});

it('whose of two responses came later is no difference on any release, but how many differ is one, and anything else', () => {
  const failed = (...details: string[]) => [
    { at: '1', seen: { failed: { grpc: 10, text: 'failed', details } } },
  ];
  const detail = (msp: string, message = 'ProposalResponsePayloads do not match') =>
    `type/gateway.ErrorDetail | ${msp} | <peer 1> | ${message}`;
  const found = (one: ReturnType<typeof failed>, other: ReturnType<typeof failed>) =>
    ['2.5.16', '3.1.5'].map((version) => differences(...comparable(version, one, other)).length);
  const one = failed(detail('Org1MSP'));
  expect(found(one, failed(detail('Org2MSP')))).toEqual([0, 0]);
  expect(found(one, failed(detail('Org1MSP'), detail('Org2MSP')))).toEqual([1, 1]);
  expect(found(one, failed())).toEqual([1, 1]);
  expect(found(failed(detail('Org1MSP', 'no')), failed(detail('Org2MSP', 'no')))).toEqual([1, 1]);
});
