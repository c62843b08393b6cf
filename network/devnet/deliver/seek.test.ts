import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { orderer } from '@cotrace/fabric-model';
import { resolveSeek } from './seek.js';

const at = (blockNum: bigint): orderer.SeekPosition =>
  create(orderer.SeekPositionSchema, { Type: { case: 'specified', value: { number: blockNum } } });
const oldest = create(orderer.SeekPositionSchema, { Type: { case: 'oldest', value: {} } });
const newest = create(orderer.SeekPositionSchema, { Type: { case: 'newest', value: {} } });
const nextCommit = create(orderer.SeekPositionSchema, { Type: { case: 'nextCommit', value: {} } });
const nothing = create(orderer.SeekPositionSchema);

describe('a seek at height 10', () => {
  it.each([
    ['oldest to newest', oldest, newest, { start: 0n, stop: 9n }],
    ['the newest alone', newest, newest, { start: 9n, stop: 9n }],
    ['the oldest alone', oldest, oldest, { start: 0n, stop: 0n }],
    ['a range', at(3n), at(5n), { start: 3n, stop: 5n }],
    ['one block', at(3n), at(3n), { start: 3n, stop: 3n }],
    ['a range that ends later', at(3n), at(100n), { start: 3n, stop: 100n }],
    ['the next block', nextCommit, at(100n), { start: 10n, stop: 100n }],
    ['the height itself is the next block', at(10n), at(10n), { start: 10n, stop: 10n }],
    ['beyond the height there is nothing', at(11n), at(20n), { start: null, stop: 20n }],
    ['no start', nothing, at(20n), { start: null, stop: 20n }],
    ['a stop that is no number never comes, but at block 0', at(3n), nextCommit, { start: 3n, stop: 0n }],
    ['no stop', oldest, nothing, { start: 0n, stop: 0n }],
    ['a start after the newest', nextCommit, newest, { start: 10n, stop: 9n }],
    ['a stop at the oldest counts as the start', at(4n), oldest, { start: 4n, stop: 4n }],
  ])('%s', (_, start, stop, range) => {
    expect(resolveSeek(start, stop, 10n)).toEqual(range);
  });

  it('is refused if it stops before it starts', () => {
    expect(resolveSeek(at(5n), at(4n), 10n)).toBeNull();
    expect(resolveSeek(nextCommit, at(9n), 10n)).toBeNull();
  });
});
