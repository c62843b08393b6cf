import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { utf8 } from '@cotrace/core';
import { peer } from '@cotrace/fabric-model';
import { EndorsementPlan, type GatewayEndorser } from './plan.js';

const endorser = (mspId: string): GatewayEndorser => ({
  mspId,
  address: `${mspId}:7051`,
  process: () => Promise.reject(new Error('not asked here')),
});
const [a, b, c] = [endorser('A'), endorser('B'), endorser('C')];
const response = (mspId: string, payload = 'same'): peer.ProposalResponse =>
  create(peer.ProposalResponseSchema, {
    payload: utf8(payload),
    endorsement: { endorser: utf8(mspId), signature: utf8('s') },
  });
const names = (endorsers: readonly GatewayEndorser[] | null): string[] | null =>
  endorsers?.map(({ mspId }) => mspId) ?? null;

describe('an endorsement plan', () => {
  it('asks the first layout, and is complete with its endorsements', () => {
    const plan = new EndorsementPlan(
      [
        ['A', 'B'],
        ['A', 'C'],
      ],
      [a, b, c],
    );
    expect(names(plan.next())).toEqual(['A', 'B']);
    expect(plan.accept(a, response('A'))).toBe(true);
    expect(plan.result).toBeNull();
    plan.accept(b, response('B'));
    expect(plan.result?.endorsements).toHaveLength(2);
  });

  it('asks for what is missing only, after a first endorsement', () => {
    const plan = new EndorsementPlan(
      [
        ['A', 'B'],
        ['B', 'C'],
      ],
      [a, b, c],
    );
    plan.accept(a, response('A'));
    expect(names(plan.next())).toEqual(['B']);
  });

  it('goes on to another layout when a peer fails, keeping what it has', () => {
    const plan = new EndorsementPlan(
      [
        ['A', 'B'],
        ['A', 'C'],
      ],
      [a, b, c],
    );
    plan.accept(a, response('A'));
    expect(names(plan.next())).toEqual(['B']);
    plan.fail(b, 'broken');
    plan.abandon(['B']);
    expect(names(plan.next())).toEqual(['C']);
    plan.accept(c, response('C'));
    expect(plan.result?.endorsements.map(({ endorser: id }) => Buffer.from(id).toString())).toEqual([
      'A',
      'C',
    ]);
  });

  it('gives up layouts whose peers have failed before', () => {
    const plan = new EndorsementPlan(
      [
        ['A', 'B'],
        ['B', 'C'],
      ],
      [a, b, c],
    );
    plan.accept(a, response('A'));
    plan.next();
    plan.fail(b, 'broken');
    plan.abandon(['B']);
    expect(plan.next()).toBeNull();
    expect(plan.errors).toEqual([{ mspId: 'B', address: 'B:7051', message: 'broken' }]);
    expect(plan.result).toBeNull();
  });

  it('takes a different payload for a failure of that peer', () => {
    const plan = new EndorsementPlan([['A', 'B']], [a, b]);
    plan.accept(a, response('A'));
    plan.next();
    expect(plan.accept(b, response('B', 'other'))).toBe(false);
    plan.abandon(['B']);
    expect(plan.next()).toBeNull();
    expect(plan.errors.map(({ message }) => message)).toEqual(['ProposalResponsePayloads do not match']);
  });

  it('passes over layouts for which there are no peers', () => {
    const plan = new EndorsementPlan([['A', 'X'], ['B']], [a, b]);
    expect(names(plan.next())).toEqual(['B']);
  });
});
