import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sha256 } from '@cotrace/core';
import type { BlockSource } from '../fabric/block-source.js';
import { attest, withMembers } from '../testing/attestations.js';
import { codeOf } from '../testing/codes.js';
import { HASTE, follow, healthOf } from '../testing/follow-main.js';
import { SilentLog } from '../testing/silent-log.js';
import { until } from '../testing/test-business-node.js';
import { TestChain } from '../testing/test-chain.js';
import { TEST_TRIE, TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { definition, put } from '../testing/transactions.js';
import { Attestor } from './attestor.js';
import { COMPARED_BLOCKS } from './limits.js';
import type { MasterHealth } from './master-health.js';
import { watchAcceptance, watchPeer } from './watch.js';

// Other work on the machine must not fail a test.
jest.setTimeout(30_000);

const NOT_VALIDATED = 254;

let network: TestNetwork;

beforeAll(async () => {
  network = await TestNetwork.create();
});

afterAll(async () => {
  await network.remove();
});

describe('a master that follows main', () => {
  it('asks again for a block that is not to be used, and goes on once it is', async () => {
    const [good, bad] = [new TestChain(network), new TestChain(network)];
    const envelopes = [put(network, 'goods', { a: '1' })];
    good.add(envelopes);
    bad.add(envelopes, [NOT_VALIDATED]);
    const master = await TestMaster.open(network, 0, 'patient');
    const stopping = new AbortController();
    let asked = 0;
    const source: BlockSource = (from, signal) => (asked++ < 2 ? bad : good).deliver(from, signal);
    const following = follow(network, master, source, stopping.signal);
    await until(
      () => master.feed.height === 2n,
      () => `height ${master.feed.height}`,
    );
    stopping.abort();
    await following;
    expect(asked).toBe(3);
    await master.close();
  });

  const first = () => {
    const chain = new TestChain(network);
    chain.add([definition(network, 'goods')]);
    return chain;
  };
  /** A chain with the same block 1, and from there another one. */
  const fork = (from: TestChain, blocks: number) => {
    const other = new TestChain(network);
    other.adopt(from.block(1n));
    for (let i = 0; i < blocks; i++) other.add([put(network, 'goods', { forked: String(i) })]);
    return other;
  };

  /** A peer whose ledger a test replaces, as from a back-up. */
  class Peer {
    chain: TestChain;
    answers = true;
    #stopping = new AbortController();

    constructor(chain: TestChain) {
      this.chain = chain;
    }

    readonly blocks: BlockSource = (from, signal) =>
      this.chain.deliver(from, AbortSignal.any([signal, this.#stopping.signal]));

    ledgerEnd(): Promise<{ height: bigint; headerHash: Uint8Array }> {
      if (!this.answers) return Promise.reject(new Error('the peer is away'));
      const { height } = this.chain;
      return Promise.resolve({ height, headerHash: this.chain.block(height - 1n).headerHash });
    }

    /** The peer starts anew on another ledger: its streams end. */
    restore(chain: TestChain): void {
      this.chain = chain;
      this.#stopping.abort();
      this.#stopping = new AbortController();
    }
  }

  interface Run {
    readonly peer: Peer;
    readonly health: MasterHealth;
    /** Waits until the master has so many blocks, and knows that its peer has as many. */
    level(height: bigint): Promise<void>;
    /** Waits for a state; the reason that comes with it. */
    state(wanted: string): Promise<string>;
    stop(): Promise<void>;
  }

  async function run(folder: string, chain: TestChain): Promise<Run> {
    const master = await TestMaster.open(network, 0, folder);
    const health = healthOf(master);
    const peer = new Peer(chain);
    const stopping = new AbortController();
    const { signal } = stopping;
    const { store, feed } = master;
    const attestor = new Attestor(network.organisation(0).master);
    const parts = { peer, others: [], store, attestor, feed, terms: network.terms };
    const running = Promise.all([
      follow(network, master, peer.blocks, signal, health),
      watchPeer({ ...parts, health, patience: HASTE }, signal),
    ]);
    return {
      peer,
      health,
      level: (height) =>
        until(
          () => master.feed.height === height && health.ledgerHeight === height,
          () => `height ${master.feed.height}, ${health.standing().state}`,
        ),
      state: async (wanted) => {
        await until(
          () => health.standing().state === wanted,
          () => `${health.standing().state}: ${health.standing().reason}`,
        );
        return health.standing().reason;
      },
      stop: async () => {
        stopping.abort();
        await running;
        await master.close();
      },
    };
  }

  it('says that its peer’s ledger was rolled back, and follows again once it has caught up', async () => {
    const newest = first();
    newest.add([put(network, 'goods', { a: '1' })]);
    const master = await run('rolled-back', newest);
    await master.level(3n);
    const older = new TestChain(network);
    older.adopt(newest.block(1n));
    master.peer.restore(older);
    expect(await master.state('rolled back')).toContain('2 blocks and this master has 3');
    expect(master.health.ledgerHeight).toBe(2n);
    older.adopt(newest.block(2n));
    await master.state('following');
    await master.stop();
  });

  it('says that it is forked where the ledger went on from an older copy, and follows again once that is undone', async () => {
    const newest = first();
    newest.add([put(network, 'goods', { a: '1' })]);
    newest.add([put(network, 'goods', { a: '2' })]);
    const master = await run('forked', newest);
    await master.level(4n);
    const other = fork(newest, 1);
    master.peer.restore(other);
    expect(await master.state('forked')).toContain('block 2 of the peer’s ledger is not the one');
    other.add([put(network, 'goods', { forked: 'higher' })]);
    other.add([put(network, 'goods', { forked: 'yet higher' })]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(master.health.standing().state).toBe('forked');
    master.peer.restore(newest);
    await master.state('following');
    newest.add([put(network, 'goods', { a: '3' })]);
    await master.level(5n);
    await master.stop();
  });

  it('says so where a fork is already higher than what it has, in few lines', async () => {
    const short = first();
    short.add([put(network, 'goods', { a: '1' })]);
    const master = await run('higher', short);
    await master.level(3n);
    const lines = jest.spyOn(SilentLog.prototype, 'often');
    master.peer.restore(fork(short, 5));
    expect(await master.state('forked')).toContain('PREVIOUS_HASH');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const states = (lines.mock.calls as unknown[][]).filter(([level]) => level === 'error');
    expect(states).toEqual([['error', 'state forked', expect.stringContaining('forked')]]);
    lines.mockRestore();
    await master.stop();
  });

  it('does not ask for the block of a fork again and again', async () => {
    const chain = first();
    chain.add([put(network, 'goods', { a: '1' })]);
    const master = await TestMaster.open(network, 0, 'slow-pace');
    await master.follow(chain);
    const health = healthOf(master);
    const other = fork(chain, 5);
    const stopping = new AbortController();
    let asked = 0;
    const source: BlockSource = (from, signal) => {
      // From the genesis block it learns whether this is its network at all.
      if (from > 0n) asked += 1;
      return other.deliver(from, signal);
    };
    const patience = { ...HASTE, permanent: 60_000 };
    const following = follow(network, master, source, stopping.signal, health, patience);
    await until(
      () => health.standing().state === 'forked',
      () => health.standing().state,
    );
    // What may help by itself is tried again within 75 ms.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(asked).toBe(1);
    stopping.abort();
    await following;
    await master.close();
  });

  it('says that its peer is of another network, with blocks of its own and without', async () => {
    const foreign = new TestChain(network.sibling('elsewhere'));
    for (let i = 0; i < 4; i++) foreign.add([put(network, 'goods', { a: String(i) })]);
    const fresh = await run('wrong-fresh', foreign);
    await fresh.state('wrong network');
    await fresh.stop();
    const short = first();
    const grown = await run('wrong-grown', short);
    await grown.level(2n);
    grown.peer.restore(foreign);
    await grown.state('wrong network');
    await grown.stop();
  });

  it('says that its peer is away, and that a block is bad, while it is so', async () => {
    const chain = first();
    const master = await run('away', chain);
    await master.state('following');
    master.peer.answers = false;
    await master.state('peer away');
    master.peer.answers = true;
    await master.state('following');
    const bad = new TestChain(network);
    bad.adopt(chain.block(1n));
    bad.add([put(network, 'goods', { a: '1' })], [NOT_VALIDATED]);
    master.peer.restore(bad);
    expect(await master.state('bad block')).toContain('NOT_VALIDATED');
    chain.add([put(network, 'goods', { a: '1' })]);
    master.peer.restore(chain);
    await master.state('following');
    await master.stop();
  });

  it('says that it is stalled where its peer has blocks and delivers none', async () => {
    const chain = first();
    const master = await TestMaster.open(network, 0, 'stalled');
    const health = healthOf(master);
    const end = { height: chain.height, headerHash: chain.block(1n).headerHash };
    health.peerAnswered(end, 0n);
    await until(
      () => {
        health.peerAnswered(end, 0n);
        return health.standing().state === 'stalled';
      },
      () => health.standing().state,
    );
    await master.close();
  });

  it('learns whether its attestations count', async () => {
    const chain = first();
    const masters = await TestMaster.openAll(network, 'counting');
    for (const master of masters) await master.follow(chain);
    const [own, ...others] = masters;
    if (own === undefined) throw new RangeError('no master');
    const health = healthOf(own);
    const stopping = new AbortController();
    const lie = { body: (honest: Uint8Array) => honest };
    const asked = others.map((other) => ({
      attestationsOf: (blocks: readonly bigint[]) =>
        Promise.resolve(
          blocks.map((blockNum) => attest(other.identity, lie.body(other.attestation(blockNum).body))),
        ),
    }));
    const { store, feed } = own;
    const peer = new Peer(chain);
    const attestor = new Attestor(own.identity);
    const parts = {
      peer,
      others: asked,
      store,
      attestor,
      feed,
      terms: network.terms,
      health,
      patience: HASTE,
    };
    const running = Promise.all([watchPeer(parts, stopping.signal), watchAcceptance(parts, stopping.signal)]);
    const becomes = (state: string) =>
      until(
        () => health.standing().state === state,
        () => health.standing().reason,
      );
    await becomes('following');
    const add = async () => {
      chain.add([put(network, 'goods', { a: String(chain.height) })]);
      for (const master of masters) await master.follow(chain);
    };
    lie.body = (body) => withMembers(body, { trieRoot: sha256(body) });
    await add();
    await becomes('refused');
    expect(health.standing().reason).toContain('ATTESTATION_DIFFERS');
    lie.body = (body) => withMembers(body, { membership: sha256(body) });
    await add();
    await until(
      () => health.standing().reason.includes('ATTESTATION_MEMBERSHIP'),
      () => health.standing().reason,
    );
    lie.body = (body) => body;
    await add();
    await becomes('following');
    stopping.abort();
    await running;
    for (const master of masters) await master.close();
  });

  it('learns that its certificate may not attest, whoever answers, once it is near the end of the ledger', async () => {
    const chain = first();
    const { client } = network.organisation(0);
    const attestor = new Attestor(client);
    const master = await TestMaster.open(network, 0, 'as-client');
    await master.follow(chain);
    for (let i = 0; i < COMPARED_BLOCKS; i += 1) chain.add([put(network, 'goods', { a: String(i) })]);
    const health = healthOf(master);
    const stopping = new AbortController();
    const { store, feed } = master;
    const parts = { peer: new Peer(chain), others: [], store, attestor, feed, terms: network.terms, health };
    const watches = [watchPeer({ ...parts, patience: HASTE }, stopping.signal)];
    await until(
      () => health.ledgerHeight === chain.height,
      () => `height ${health.ledgerHeight}`,
    );
    const tries = jest.spyOn(attestor, 'attest');
    watches.push(watchAcceptance({ ...parts, patience: HASTE }, stopping.signal));
    await until(
      () => tries.mock.calls.length > 1,
      () => 'it does not look',
    );
    expect(health.standing().state).not.toBe('refused');
    await master.follow(chain);
    await until(
      () => health.standing().state === 'refused' && health.standing().reason.includes('ATTESTATION_ROLE'),
      () => health.standing().reason,
    );
    stopping.abort();
    await Promise.all(watches);
    await master.close();
  });

  it('stops, and asks nobody again, once its trie is full', async () => {
    const chain = new TestChain(network);
    chain.add([definition(network, 'goods')]);
    for (let block = 0; block < 6; block++) {
      const names = Array.from({ length: 500 }, (_, i) => [`${block}/${i}`, 'value'] as const);
      chain.add([put(network, 'goods', Object.fromEntries(names))]);
    }
    const master = await TestMaster.open(network, 0, 'full', {
      trie: { ...TEST_TRIE, bytes: (44 << 20) + (256 << 10) },
    });
    expect(await codeOf(() => follow(network, master, chain.deliver, new AbortController().signal))).toBe(
      'TRIE_FULL',
    );
    expect(master.store.checkpoint()?.number).toBe(master.feed.height - 1n);
    await master.close();
  });
});
