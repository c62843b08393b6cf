import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  concat,
  encodeCheckingHeader,
  HeaderChain,
  headerKey,
  readOrNull,
  sha256,
  utf8,
  type CycleFacts,
} from '@cotrace/core';
import fc from 'fast-check';
import { ChannelConfig, common, type Endorsement } from '@cotrace/fabric-model';
import { nodeVerifier, type SigningIdentity } from '@cotrace/network';
import { errorOf } from '../../gateway-app/testing/codes.js';
import { highS } from '../../gateway-app/testing/high-s.js';
import { peerOnP384 } from '../../gateway-app/testing/odd-identity.js';
import { honestSets, seal, type SealParts } from '../../gateway-app/testing/seals.js';
import { TestNetwork } from '../../gateway-app/testing/test-network.js';
import { sealedBoth, verifySeal, type PassedOver } from '../../verifier/checking/seal.js';
import { readSealingTransaction } from '../../verifier/checking/sealing-transaction.js';
import { mainConfig, type MainConfig } from '../../verifier/main-block/main-config.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

// Other work on the machine must not fail a test.
jest.setTimeout(30_000);

const hashOf = (text: string): Uint8Array => sha256(utf8(text));

let network: TestNetwork;
let stranger: TestNetwork;
let config: MainConfig;
let peers: readonly SigningIdentity[];
let chain: HeaderChain;

beforeAll(async () => {
  network = await TestNetwork.create();
  stranger = await TestNetwork.create();
  config = mainConfig(ChannelConfig.fromBlock(network.genesis), nodeVerifier);
  peers = network.peers;
  const { networkId } = network.terms;
  chain = HeaderChain.start({
    networkId,
    c: 8,
    genesisHeaderHash: hashOf('genesis'),
    membership: config.hash,
  });
});

afterAll(async () => {
  await network.remove();
  await stranger.remove();
});

function factsOf(text: string): CycleFacts {
  return {
    parts: 1,
    bodyRoot: hashOf(`body ${text}`),
    cyclePointHeaderHash: hashOf('point'),
    intervalSummary: hashOf('interval'),
    trieRoot: hashOf('trie'),
    anchored: 0n,
    anchorBlock: 0n,
    configBlock: 0n,
    membership: config.hash,
    rules: 1,
  };
}

/** Headers 1 to `count`. */
function headersTo(count: number, text = ''): Uint8Array[] {
  const headers: Uint8Array[] = [];
  let at = chain;
  for (let n = 1; n <= count; n++) {
    const header = encodeCheckingHeader(at.next(factsOf(text)));
    headers.push(header);
    at = at.extend(header);
  }
  return headers;
}

function sealOf(parts: Partial<SealParts> = {}): Uint8Array {
  const { client } = network.organisation(0);
  return seal({ headers: headersTo(1), client, endorsers: peers.slice(0, 2), ...parts });
}

function judged(
  envelope: Uint8Array,
  header = headersTo(1)[0] ?? new Uint8Array(),
): ReturnType<typeof verifySeal> {
  return verifySeal(envelope, { channel: 'checking', header, config });
}

const refusedWith = (parts: Partial<SealParts>): string => errorOf(() => judged(sealOf(parts))).code;

/** Why endorsements do not count, of a seal that one honest member alone endorsed besides. */
function passedOver(parts: Partial<SealParts>): readonly PassedOver[] {
  const error = errorOf(() => judged(sealOf(parts)));
  expect(error.code).toBe('SEAL_QUORUM');
  return error.detail['passedOver'] as readonly PassedOver[];
}

const changed = (signature: (endorsement: Endorsement) => Uint8Array) => (all: readonly Endorsement[]) =>
  all.map((one, i) => (i === 1 ? { ...one, signature: signature(one) } : one));

describe('a seal', () => {
  it('proves its header, with who endorsed and initiated it, and its time', () => {
    expect(config.quorum).toBe(2);
    expect(judged(sealOf())).toEqual({
      endorsers: ['Org1MSP', 'Org2MSP'],
      creator: 'Org1MSP',
      time: 1_760_000_000n,
    });
    expect(judged(sealOf({ endorsers: peers.toReversed() })).endorsers).toEqual([
      'Org1MSP',
      'Org2MSP',
      'Org3MSP',
    ]);
  });

  it('proves each of up to 64 headers', () => {
    const headers = headersTo(64);
    const envelope = sealOf({ headers });
    expect(readSealingTransaction(envelope, 'checking').headers).toEqual(headers);
    for (const header of [headers[0], headers[63]]) expect(judged(envelope, header).creator).toBe('Org1MSP');
    expect(refusedWith({ headers: headersTo(65) })).toBe('SEAL_WRITES');
  });

  it('is proven by what it writes, whatever else it writes in its namespace', () => {
    const [header = new Uint8Array()] = headersTo(1);
    const [, own] = honestSets([header]);
    const writes = [...(own?.writes ?? []), ['part/00000000000000000001/goods', utf8('a part')] as const];
    expect(judged(sealOf({ sets: [{ namespace: 'checking', writes }] })).endorsers).toHaveLength(2);
  });

  it('is not spoilt by endorsements that do not count', () => {
    const { client } = network.organisation(1);
    const endorsers = [client, ...peers, network.organisation(2).peer];
    expect(judged(sealOf({ endorsers })).endorsers).toEqual(['Org1MSP', 'Org2MSP', 'Org3MSP']);
    const spoilt = sealOf({ endorsers: peers, endorsed: changed(() => utf8('garbage')) });
    expect(judged(spoilt).endorsers).toEqual(['Org1MSP', 'Org3MSP']);
  });
});

describe('no seal is', () => {
  it.each<[string, Partial<SealParts>, string]>([
    ['one of another channel', { channel: 'main' }, 'SEAL_CHANNEL'],
    ['a transaction of another type', { type: common.HeaderType.CONFIG }, 'SEAL_FORM'],
    ['a call of another chaincode', { invoked: 'anchor', ran: 'anchor' }, 'SEAL_CHAINCODE'],
    ['a call that another chaincode passed on', { invoked: 'goods' }, 'SEAL_CHAINCODE'],
    ['a call that another chaincode answered', { ran: 'goods' }, 'SEAL_CHAINCODE'],
    ['a call that failed', { status: 500 }, 'SEAL_CHAINCODE'],
    ['a call with other arguments than were endorsed', { shownArgs: [utf8('other')] }, 'SEAL_PROPOSAL'],
    ['a transaction with an id of its own', { txId: '00'.repeat(32) }, 'SEAL_PROPOSAL'],
    ['a transaction without a time', { time: null }, 'SEAL_FORM'],
    ['a transaction that writes nothing', { sets: [{ namespace: 'checking', reads: ['a'] }] }, 'SEAL_WRITES'],
  ])('%s', (_, parts, code) => {
    expect(refusedWith(parts)).toBe(code);
  });

  it('what writes in a second namespace, metadata, private data, or out of order', () => {
    const [header = new Uint8Array()] = headersTo(1);
    const [, own = { namespace: 'checking' }] = honestSets([header]);
    for (const sets of [
      [own, { namespace: 'goods', writes: [['a', utf8('1')]] }],
      [{ ...own, namespace: 'goods' }],
      [own, { namespace: 'goods', metadata: ['a'] }],
      [own, { namespace: 'goods', collections: ['c'] }],
      [{ ...own, metadata: [headerKey(1n)] }],
      [{ ...own, collections: ['c'] }],
      [own, own],
      [{ ...own, writes: [...(own.writes ?? []), ...(own.writes ?? [])] }],
      [own, { namespace: '_lifecycle', reads: ['a'] }],
    ] as const) {
      expect(refusedWith({ sets })).toBe('SEAL_WRITES');
    }
  });

  it('what writes something else than the header of its key', () => {
    const [first = new Uint8Array(), second = new Uint8Array()] = headersTo(2);
    const writing = (value: Uint8Array | null): Partial<SealParts> => ({
      sets: [{ namespace: 'checking', writes: [[headerKey(1n), value]] }],
    });
    for (const value of [second, null, utf8('garbage'), new Uint8Array(320), first.slice(1)]) {
      expect(refusedWith(writing(value))).toBe('SEAL_WRITES');
    }
    const newer = first.map((byte, i) => (i === 319 ? 2 : byte));
    expect(refusedWith(writing(newer))).toBe('RULES');
  });

  it('one of another header: of another network, of other parts, of another cycle', () => {
    const other = HeaderChain.start({ ...chain.origin, networkId: stranger.terms.networkId });
    for (const header of [
      encodeCheckingHeader(other.next(factsOf(''))),
      ...headersTo(1, 'other'),
      ...headersTo(2).slice(1),
    ]) {
      expect(errorOf(() => judged(sealOf({ headers: [header] }))).code).toBe('SEAL_HEADER');
      expect(judged(sealOf({ headers: [header] }), header).endorsers).toHaveLength(2);
    }
  });

  it('garbage, a part of one, or too much', () => {
    const envelope = sealOf();
    for (const bytes of [new Uint8Array(), utf8('garbage'), envelope.slice(0, 100), envelope.slice(0, -1)]) {
      expect(['SEAL_FORM', 'SEAL_CHANNEL']).toContain(errorOf(() => judged(bytes)).code);
    }
    expect(errorOf(() => judged(concat(envelope, new Uint8Array(4 * 1024 * 1024)))).code).toBe('SEAL_FORM');
  });

  it('one whose creator is a stranger, or signed something else', () => {
    expect(refusedWith({ client: stranger.organisation(0).client })).toBe('SEAL_CREATOR');
    expect(refusedWith({ client: network.orderer })).toBe('SEAL_CREATOR');
    const unsigned = { ...network.organisation(0).client, sign: () => utf8('garbage') };
    expect(refusedWith({ client: unsigned })).toBe('SEAL_CREATOR');
  });
});

describe('endorsements count', () => {
  it('of q members and not of fewer', () => {
    expect(passedOver({ endorsers: peers.slice(0, 1) })).toEqual([]);
    expect(passedOver({ endorsers: [] })).toEqual([]);
    const higher = { ...config, quorum: 3 };
    const [header = new Uint8Array()] = headersTo(1);
    const terms = { channel: 'checking', header, config: higher };
    expect(errorOf(() => verifySeal(sealOf(), terms)).code).toBe('SEAL_QUORUM');
    expect(verifySeal(sealOf({ endorsers: peers }), terms).endorsers).toHaveLength(3);
  });

  it('of peers of members, once each', async () => {
    const [own] = peers;
    if (own === undefined) throw new Error('there is a peer');
    const { client, admin, master } = network.organisation(1);
    const p384 = await peerOnP384(network, 1);
    const foreign = stranger.organisation(1).peer;
    const cases: [SigningIdentity, PassedOver][] = [
      [client, 'role'],
      [admin, 'role'],
      [own, 'again'],
      [network.organisation(0).master, 'again'],
      [p384, 'curve'],
      [foreign, 'identity'],
      [network.orderer, 'member'],
      [{ ...own, serialized: utf8('garbage') }, 'identity'],
      [{ ...own, serialized: new Uint8Array(64 * 1024 + 1) }, 'size'],
    ];
    for (const [endorser, why] of cases) expect(passedOver({ endorsers: [own, endorser] })).toEqual([why]);
    // A sidecar's certificate is a peer's, too.
    expect(judged(sealOf({ endorsers: [own, master] })).endorsers).toEqual(['Org1MSP', 'Org2MSP']);
  });

  it('with a signature over what was endorsed, with low S', () => {
    expect(passedOver({ endorsed: changed(({ signature }) => highS(signature)) })).toEqual(['signature']);
    expect(passedOver({ endorsed: changed(() => new Uint8Array(257)) })).toEqual(['size']);
    expect(
      passedOver({
        endorsed: (all) => all.map((one) => ({ ...one, signature: all[0]?.signature ?? utf8('') })),
      }),
    ).toEqual(['signature']);
    // Writes that nobody endorsed.
    const [header = new Uint8Array()] = headersTo(1);
    const altered = sealOf({ headers: headersTo(1, 'other'), shownSets: honestSets([header]) });
    expect(errorOf(() => judged(altered))).toMatchObject({
      code: 'SEAL_QUORUM',
      detail: { endorsers: [], passedOver: ['signature', 'signature'] },
    });
  });

  it('to 1,000 of them', () => {
    const [own = network.orderer, other = network.orderer] = peers;
    const many = Array.from({ length: 1000 }, () => own);
    const endorsed = (all: readonly Endorsement[]): readonly Endorsement[] => {
      const [one, two] = [all[0], all[1]];
      return one === undefined || two === undefined ? [] : [...many.map(() => one), two];
    };
    expect(passedOver({ endorsers: [own, other], endorsed })).toHaveLength(999);
  });
});

describe('a changed seal', () => {
  it('is refused, or proves the same by the same members or fewer', () => {
    const headers = headersTo(3);
    const [header = new Uint8Array()] = headers;
    const whole = sealOf({ headers, endorsers: peers });
    const place = fc.nat(whole.length - 1);
    const change = fc.oneof(
      fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(
        ([at, bits]) =>
          (bytes: Uint8Array) =>
            bytes.map((byte, i) => (i === at ? byte ^ bits : byte)),
      ),
      place.map((at) => (bytes: Uint8Array) => bytes.slice(0, at)),
      fc.tuple(place, place).map(
        ([from, to]) =>
          (bytes: Uint8Array) =>
            concat(
              bytes.slice(0, from),
              bytes.slice(Math.min(from, to), Math.max(from, to)),
              bytes.slice(from),
            ),
      ),
    );
    fc.assert(
      fc.property(change, (make) => {
        const outcome = readOrNull(() => judged(make(whole), header));
        if (outcome === null) return;
        expect(['Org1MSP', 'Org2MSP', 'Org3MSP']).toEqual(expect.arrayContaining([...outcome.endorsers]));
        expect(outcome).toMatchObject({ creator: 'Org1MSP', time: 1_760_000_000n });
      }),
      { numRuns: RUNS },
    );
  });
});

describe('two seals of one cycle with different headers', () => {
  it('are evidence against those that endorsed both', () => {
    const read = (parts: Partial<SealParts>): ReturnType<typeof readSealingTransaction> =>
      readSealingTransaction(sealOf(parts), 'checking');
    const [one, two, three] = peers;
    if (one === undefined || two === undefined || three === undefined) throw new Error('there are peers');
    const first = read({ headers: headersTo(2), endorsers: [one, two] });
    const second = read({ headers: headersTo(1, 'other'), endorsers: [three, two] });
    expect(sealedBoth(first, second, config)).toEqual(['Org2MSP']);
    expect(sealedBoth(second, first, config)).toEqual(['Org2MSP']);
    const again = read({ headers: headersTo(1), endorsers: [one, two] });
    expect(sealedBoth(first, again, config)).toEqual([]);
    const later = read({ headers: headersTo(2, 'other').slice(1), endorsers: [two, three] });
    expect(sealedBoth(again, later, config)).toEqual([]);
  });
});
