import { expect, it } from '@jest/globals';
import { differences } from './compare.js';
import type { Observation } from './run-script.js';

const failed = (...details: string[]): Observation[] => [
  { at: '1.0', seen: { failed: { grpc: 10, text: 'failed', details } } },
];
const detail = (msp: string, message: string) => `type/gateway.ErrorDetail | ${msp} | <peer 1> | ${message}`;
const DIFFERS = 'ProposalResponsePayloads do not match';

it('does not tell apart which of two responses came second, but how many did, and anything else', () => {
  const one = failed(detail('Org1MSP', DIFFERS));
  expect(differences(one, failed(detail('Org2MSP', DIFFERS)))).toEqual([]);
  expect(differences(one, failed(detail('Org1MSP', DIFFERS), detail('Org2MSP', DIFFERS)))).toHaveLength(1);
  expect(differences(one, failed())).toHaveLength(1);
  expect(differences(failed(detail('Org1MSP', 'no')), failed(detail('Org2MSP', 'no')))).toHaveLength(1);
});
