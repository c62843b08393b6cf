import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { SealedHeaderSchema, type SealedHeader } from '../../gen/cotrace/cotrace_pb.js';
import type { BusinessScene } from '../../testing/business-scene.js';
import { another, SealedScene, standing } from '../../testing/sealed-scene.js';

let cycles: SealedScene;
let scene: BusinessScene;

beforeAll(async () => {
  cycles = await SealedScene.create();
  ({ scene } = cycles);
});

afterAll(() => scene.close());
afterEach(() => scene.stopNodes());

/** What a master of an earlier release sends. */
const withoutLifecycle = ({ header, seal, part }: SealedHeader) =>
  create(SealedHeaderSchema, { header, seal, ...(part === undefined ? {} : { part }) });

describe('a business node whose policies are compared', () => {
  it('is inconsistent where its _lifecycle alone differs, after a restart too, until a later cycle agrees', async () => {
    const three = cycles.sealed(3, {}, { 2: another(2), 3: another(3) });
    const node = await scene.start(cycles.following([three.source('org1.master')]));
    await node.until(() => node.book.next === 4n);
    const differs = ['_lifecycle 2 STATE_DIFFERS', '_lifecycle 3 STATE_DIFFERS'];
    expect(standing(node)).toEqual({ state: 'inconsistent', upTo: 1n, differs });
    expect(node.follower.standing.reason).toBe(
      'the state of _lifecycle after block 4, the end of cycle 2, is not what a quorum sealed',
    );
    // The height that differs stays frozen in both trees.
    expect(node.held.lifecycle.view(3n).digest).toEqual(cycles.lifecycle[2]);
    await node.stop();

    const folder = node.store.folder.slice(scene.network.dir.length + 1);
    const again = await scene.start(cycles.following([three.source('org1.master')], folder));
    await again.until(() => again.height === 9n);
    expect(standing(again)).toEqual({ state: 'inconsistent', upTo: 1n, differs });
    three.seal(cycles.partsOf(4));
    await again.until(() => again.book.next === 5n);
    expect(standing(again)).toEqual({ state: 'following', upTo: 4n, differs: [] });
    expect(await again.store.rows('lifecycle-differs/')).toEqual([]);
  });

  it('says of both that they differ, and of one that it agrees again', async () => {
    const two = cycles.sealed(2, { 2: another(1) }, { 2: another(2) });
    const node = await scene.start(cycles.following([two.source('org1.master')]));
    await node.until(() => node.book.next === 3n);
    expect(standing(node).differs).toEqual(['goods 2 STATE_DIFFERS', '_lifecycle 2 STATE_DIFFERS']);
    expect(node.follower.standing.reason).toMatch(/^the state of goods .*; the state of _lifecycle [^;]*$/);
    two.seal(cycles.partsOf(3, cycles.domain[2], another(3)));
    await node.until(() => node.book.next === 4n);
    const differs = ['_lifecycle 2 STATE_DIFFERS', '_lifecycle 3 STATE_DIFFERS'];
    expect(standing(node)).toEqual({ state: 'inconsistent', upTo: 1n, differs });
  });

  it('differs where a quorum sealed that there are none', async () => {
    const one = cycles.sealed(0);
    one.seal(cycles.partsOf(1, cycles.domain[0], null));
    const node = await scene.start(cycles.following([one.source('org1.master')]));
    await node.until(() => node.book.next === 2n);
    expect([standing(node).differs, node.refused]).toEqual([['_lifecycle 1 STATE_DIFFERS'], []]);
  });

  it('asks the next master where one leaves them out, and blames nobody', async () => {
    const four = cycles.sealed(4, {}, { 4: another(4) });
    const silent = four.source('org1.master', 'goods', withoutLifecycle);
    const node = await scene.start(cycles.following([silent, four.source('org2.master')]));
    await node.until(() => node.book.next === 5n);
    expect(standing(node)).toEqual({
      ...{ state: 'inconsistent', upTo: 3n, differs: ['_lifecycle 4 STATE_DIFFERS'] },
    });
    expect(node.refused).toEqual([]);
  });

  it('compares its domain alone where all masters leave them out, and forgets no difference for that', async () => {
    const four = cycles.sealed(4, {}, { 2: another(2) });
    let shows = true;
    const changing = four.source('org1.master', 'goods', (message, n) => {
      if (n === 3n) shows = false;
      return shows ? message : withoutLifecycle(message);
    });
    const node = await scene.start(cycles.following([changing]));
    await node.until(() => node.book.next === 5n);
    expect(standing(node)).toEqual({
      ...{ state: 'inconsistent', upTo: 1n, differs: ['_lifecycle 2 STATE_DIFFERS'] },
    });
    const earlier = four.source('org1.master', 'goods', withoutLifecycle);
    const other = await scene.start(cycles.following([earlier]));
    await other.until(() => other.book.next === 5n);
    expect(standing(other)).toEqual({ state: 'following', upTo: 4n, differs: [] });
    expect([node.refused, other.refused]).toEqual([[], []]);
  });
});
