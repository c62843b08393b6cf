import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { checkingHeaderHash, decodeCheckingHeader, encodeCheckingHeader, sha256 } from '@cotrace/core';
import { BusinessScene } from '../testing/business-scene.js';
import { altering } from '../testing/liars.js';
import { configuration, put, withoutOrganisation } from '../testing/transactions.js';
import type { HeaderSource } from './agreed-members.js';
import type { AttestationSource } from './follow-attestations.js';

// Other work on the machine must not fail a test.
jest.setTimeout(60_000);

const C = 8;
/** The block that takes two of four members away, who see neither it nor any later one. */
const REMOVAL = 4n;
let scene: BusinessScene;

beforeAll(async () => {
  scene = await BusinessScene.create({ organisations: 4, checkingHeight: C });
  const { network, chain, masters } = scene;
  chain.add([
    configuration(network, (channel) => {
      withoutOrganisation('Org2MSP')(channel);
      withoutOrganisation('Org3MSP')(channel);
    }),
  ]);
  while (chain.height <= C) chain.add([put(network, 'goods', { a: String(chain.height) })]);
  for (const master of masters) await master.follow(chain);
});
afterAll(() => scene.close());
afterEach(() => scene.stopNodes());

function untilRemoval(source: AttestationSource): AttestationSource {
  return {
    name: source.name,
    async *attestations(from, signal) {
      let next = from;
      for await (const attestation of source.attestations(from, signal)) {
        if (next >= REMOVAL) return;
        yield attestation;
        next += 1n;
      }
    },
  };
}

const sources = () =>
  scene.sources().map((source, i) => (i === 1 || i === 2 ? untilRemoval(source) : source));
const header = () => {
  const bytes = scene.masterOf(0).store.cycles.header(1n);
  if (bytes === null) throw new RangeError('the cycle has not ended');
  return bytes;
};
const having = (bytes: Uint8Array | null): HeaderSource => ({
  name: 'org1.master',
  header: () => Promise.resolve(bytes),
});
const failing: HeaderSource = { name: 'org4.master', header: () => Promise.reject(new Error('it is away')) };
const agreedOn = (bytes: Uint8Array) => ({ cycle: 1n, hash: checkingHeaderHash(bytes) });

describe('a block that leaves no quorum of the members before it', () => {
  it('is waited for without end where nobody has agreed on its cycle', async () => {
    const node = await scene.start({
      ...{ folder: scene.newFolder(), origins: scene.origins(), sources: sources() },
      headers: [having(header())],
    });
    await node.until(() => node.height === REMOVAL);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(node.height).toBe(REMOVAL);
    expect(node.refused).toEqual([]);
  });

  it('counts by the members after it whom the agreed header names, and so do those that follow', async () => {
    const node = await scene.start({
      ...{ folder: scene.newFolder(), origins: scene.origins(), sources: sources() },
      ...{ agreed: agreedOn(header()), headers: [failing, having(null), having(header())] },
    });
    await node.until(() => node.height === BigInt(C) + 1n);
    expect(node.value('a')).toBe(String(C));
    expect(node.refused).toEqual([]);
  });

  it('does not count by them where another header was agreed on, or it names others', async () => {
    const other = encodeCheckingHeader({ ...decodeCheckingHeader(header()), membership: sha256(header()) });
    for (const agreed of [agreedOn(other), { ...agreedOn(header()), cycle: 2n }]) {
      const node = await scene.start({
        ...{ folder: scene.newFolder(), origins: scene.origins(), sources: sources(), agreed },
        headers: [having(header()), having(other)],
      });
      await node.until(() => node.height === REMOVAL);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(node.height).toBe(REMOVAL);
    }
  });

  it('does not count by fewer of them than their quorum', async () => {
    const last = scene.sources()[3];
    if (last === undefined) throw new RangeError('there are four');
    const node = await scene.start({
      ...{ folder: scene.newFolder(), origins: scene.origins() },
      sources: [...sources().slice(0, 3), untilRemoval(last)],
      ...{ agreed: agreedOn(header()), headers: [having(header())] },
    });
    await node.until(() => node.height === REMOVAL);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(node.height).toBe(REMOVAL);
  });

  it('is taken from another origin where one sends it with another configuration', async () => {
    const [first, ...others] = scene.origins();
    if (first === undefined) throw new RangeError('there is one');
    const lying = altering(first, REMOVAL, (block) => {
      for (const transaction of block.transactions) transaction.envelope = configuration(scene.network);
      return block;
    });
    const node = await scene.start({
      ...{ folder: scene.newFolder(), origins: [lying, ...others], sources: sources() },
      ...{ agreed: agreedOn(header()), headers: [having(header())] },
    });
    await node.until(() => node.height === BigInt(C) + 1n);
    expect(node.value('a')).toBe(String(C));
  });
});
