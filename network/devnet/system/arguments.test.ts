import { describe, expect, it } from '@jest/globals';
import { utf8 } from '@cotrace/core';
import { cscc } from './cscc.js';
import { lifecycleChaincode } from './lifecycle/chaincode.js';
import { qscc } from './qscc.js';
import type { SystemChaincode, SystemContext, SystemInvocation } from './system-chaincode.js';

/** A peer and a proposal that nobody looks at before the arguments are there. */
const context = {} as SystemContext;
const invocation = {} as SystemInvocation;

describe('system chaincodes', () => {
  it.each<readonly [string, readonly string[], SystemChaincode, string]>([
    ['cscc', [], cscc, 'Incorrect number of arguments, 0'],
    ['cscc', ['GetConfigBlock'], cscc, 'Incorrect number of arguments, 1'],
    ['qscc', [], qscc, 'Incorrect number of arguments, 0'],
    ['qscc', ['GetChainInfo'], qscc, 'Incorrect number of arguments, 1'],
    ['_lifecycle', [], lifecycleChaincode, 'lifecycle scc must be invoked with arguments'],
    [
      '_lifecycle',
      ['QueryInstalledChaincodes'],
      lifecycleChaincode,
      'lifecycle scc operations require exactly two arguments but received 1',
    ],
  ])('%s refuses to be called with %j alone, as Fabric does', async (_name, args, run, message) => {
    expect(await run(context, invocation, args.map(utf8))).toMatchObject({ status: 500, message });
  });
});
