import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { heightsOf } from '../client/heights.js';
import { FALSEHOODS } from '../testing/false-master.js';
import { until } from '../testing/test-business-node.js';
import { TestConsortium } from '../testing/test-consortium.js';
import { definition } from '../testing/transactions.js';
import { nodeRows } from './nodes.js';

// The nodes log what the tests provoke.
const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
const grpcLog = jest.spyOn(console, 'error').mockReturnValue(undefined);

const FIRST = 'org1.master';

let consortium: TestConsortium;

beforeAll(async () => {
  consortium = await TestConsortium.create();
  consortium.chain.add([definition(consortium.network, 'goods')]);
  await consortium.start('org2.master', 'org3.master');
  await until(
    async () => (await heightsOf(consortium.connections())).least === consortium.chain.height,
    () => 'the masters stay behind',
  );
});

afterAll(async () => {
  await consortium.close();
  stderr.mockRestore();
  grpcLog.mockRestore();
});

describe('how nodes stand', () => {
  it.each([
    ['as to a stranger', 'unknown', 'UNKNOWN_CALLER'],
    ['garbage', 'unknown', 'BAD_PROTOBUF'],
  ] as const)('is shown of all where one answers %s, which is named', async (falsehood, state, code) => {
    await consortium.startFalse(FIRST, FALSEHOODS[falsehood]);
    try {
      const rows = new Map((await nodeRows(consortium.connections())).map((row) => [row.name, row]));
      const { height } = consortium.chain;
      expect([rows.get('org2.master')?.height, rows.get('org3.master')?.height]).toEqual([height, height]);
      expect(rows.get(FIRST)).toMatchObject({ state, height: null });
      expect(rows.get(FIRST)?.reason).toContain(`[${code}]`);
    } finally {
      await consortium.stop(FIRST);
    }
  });
});
