import { fileURLToPath } from 'node:url';
import { CotraceError, DEFAULT_DOMAINS } from '@cotrace/core';
import { describe, expect, it } from '@jest/globals';
import {
  businessNodes,
  defaultTopology,
  foundersOf,
  ordererNodes,
  parseTopology,
  readTopology,
  runningPart,
} from './topology.js';

function refusal(text: string): string {
  try {
    parseTopology(text, 'file.yaml');
  } catch (error) {
    if (error instanceof CotraceError && error.code === 'TOPOLOGY') return error.message;
    throw error;
  }
  throw new Error('the topology was accepted');
}

describe('topology', () => {
  it('reads topology.yaml as the default network', () => {
    expect(readTopology(fileURLToPath(new URL('./topology.yaml', import.meta.url)))).toEqual(
      defaultTopology(),
    );
  });

  it('names a business node per organisation and domain', () => {
    expect(businessNodes(defaultTopology()).map(({ name }) => name)).toEqual(
      [1, 2, 3].flatMap((n) => DEFAULT_DOMAINS.map(({ name }) => `org${n}.${name}`)),
    );
  });

  it('takes the smallest network and keeps the defaults of what is left out', () => {
    const topology = parseTopology(
      'organisations: [{name: a, mspId: A, domain: a.test}, {name: b, mspId: B, domain: b.test}]\ndomains: [rice]\n',
    );
    expect(topology).toEqual({
      ...defaultTopology(),
      organisations: [
        { name: 'a', mspId: 'A', domain: 'a.test' },
        { name: 'b', mspId: 'B', domain: 'b.test' },
      ],
      domains: ['rice'],
      quorum: 2,
    });
  });

  it('tells founders from those who joined, and who runs from who has left', () => {
    const organisations = ['{name: a, mspId: A, domain: a.test, founder: true}'];
    organisations.push(
      '{name: b, mspId: B, domain: b.test, left: true}',
      '{name: c, mspId: C, domain: c.test, left: false}',
    );
    organisations.push('{name: d, mspId: D, domain: d.test, founder: false}');
    const topology = parseTopology(`organisations: [${organisations.join(', ')}]`);
    const names = (some: readonly { readonly name: string }[]) => some.map(({ name }) => name);
    expect(names(foundersOf(topology))).toEqual(['a', 'b', 'c']);
    expect(names(runningPart(topology).organisations)).toEqual(['a', 'c', 'd']);
    // That of the founders: those who join raise it by the channel's configuration.
    expect(topology.quorum).toBe(2);
    expect(refusal(`organisations: [${organisations.join(', ')}]\nquorum: 4\n`)).toMatch(/quorum/);
    const lonely = organisations.filter((_, i) => i === 0 || i === 3);
    expect(refusal(`organisations: [${lonely.join(', ')}]`)).toContain('must have at least two founders');
  });

  it('takes every setting', () => {
    const text = `
orderer: {mspId: Ord, domain: ord.test, host: o1.ord.test, port: 7055, consensus: bft, nodes: 7}
channels: {main: goods, checking: seals}
checkingHeight: 2
checking: { t1: 2, t2: 5 }
quorum: 3
batch: {maxMessages: 1, timeout: 1m0.5s, preferredMaxBytes: 10, absoluteMaxBytes: 20}
businessNodes: separate
capability: V3_0
`;
    expect(parseTopology(text)).toMatchObject({
      orderer: {
        mspId: 'Ord',
        domain: 'ord.test',
        host: 'o1.ord.test',
        port: 7055,
        consensus: 'bft',
        nodes: 7,
      },
      channels: { main: 'goods', checking: 'seals' },
      checkingHeight: 2,
      checking: { t1: 2, t2: 5 },
      quorum: 3,
      batch: { maxMessages: 1, timeout: '1m0.5s', preferredMaxBytes: 10, absoluteMaxBytes: 20 },
      businessNodes: 'separate',
      capability: 'V3_0',
    });
  });

  it('names the ordering nodes, and asks of BFT what it needs', () => {
    expect(ordererNodes(parseTopology('orderer: {consensus: bft}'))).toEqual([
      { name: 'orderer', host: 'orderer.example.com', port: 7050 },
      { name: 'orderer2', host: 'orderer2.example.com', port: 7051 },
      { name: 'orderer3', host: 'orderer3.example.com', port: 7052 },
      { name: 'orderer4', host: 'orderer4.example.com', port: 7053 },
    ]);
    expect(parseTopology('orderer: {consensus: bft}').capability).toBe('V3_0');
    expect(refusal('orderer: {consensus: bft, nodes: 3}')).toContain('orderer.nodes must be a whole number');
    expect(refusal('orderer: {consensus: bft}\ncapability: V2_0')).toContain(
      'capability must be "V3_0", not "V2_0"',
    );
  });

  const org = (n: number, more = ''): string =>
    `{name: org${n}, mspId: Org${n}MSP, domain: org${n}.test${more}}`;

  it.each([
    ['organisations: [', 'file.yaml is not valid YAML'],
    ['quorum: 2\nquorum: 3', 'file.yaml is not valid YAML'],
    ['- a', 'file.yaml:1 must be an object, not a list'],
    ['domain: [rice]', 'file.yaml:1 has the unknown member "domain"; it may have organisations'],
    [`organisations: [${org(1)}]`, 'file.yaml:1: organisations must have at least 2 items, not 1'],
    [
      `organisations:\n - ${org(1)}\n - {name: Org2}`,
      'file.yaml:3: organisations[1].name must be lower-case letters',
    ],
    [
      `organisations:\n - ${org(1)}\n - ${org(2, ', msp: x')}`,
      'organisations[1] has the unknown member "msp"',
    ],
    [
      `organisations: [${org(1)}, {name: b, mspId: B}]`,
      'organisations[1].domain is missing; it must be a lower-case DNS name',
    ],
    [`organisations: [${org(1)}, ${org(1)}]`, 'organisations[1].name is org1, which is used twice'],
    [
      `organisations: [${org(1)}, {name: b, mspId: OrdererMSP, domain: b.test}]`,
      'organisations[1].mspId is OrdererMSP, which is used twice',
    ],
    ['domains: []', 'domains must have at least 1 item, not 0'],
    ['domains: [rice, rice]', 'domains[1] is rice, which is listed twice'],
    ['domains: [rice.white]', 'domains[0] must be lower-case letters and digits'],
    ['domains: [../x]', 'domains[0] must be lower-case letters and digits'],
    ['domains: [anchor]', 'domains[0] is anchor, which is reserved'],
    ['channels: {main: same, checking: same}', 'channels must have two different names; both are same'],
    ['channels: {main: Main}', 'channels.main must be a lower-case letter'],
    ['channels: main', 'channels must be an object, not "main"'],
    ['checking: {t1: 0}', 'checking.t1 must be a whole number from 1 to 86400'],
    ['checking: {t1: 1.5}', 'checking.t1 must be a whole number'],
    ['checking: {t1: 7, t2: 7}', 'checking.t2 must be a whole number from 8'],
    ['checking: {t3: 7}', 'checking has the unknown member "t3"'],
    ['checking: {checkpoint: {cycle: 0}}', 'checking.checkpoint.cycle must be a whole number from 1'],
    ['checking: {checkpoint: {cycle: 7, hash: 1f}}', 'checking.checkpoint.hash must be'],
    ['checking: {checkpoint: {cycle: 7}}', 'checking.checkpoint.hash'],
    ['checkingHeight: 1', 'checkingHeight must be a whole number from 2'],
    ['checkingHeight: 100001', 'checkingHeight must be a whole number from 2 to 100000'],
    ['checkingHeight: 2.5', 'checkingHeight must be a whole number'],
    ['quorum: 1', 'quorum must be a whole number from 2 to 3, not 1'],
    ['quorum: 4', 'quorum must be a whole number from 2 to 3, not 4'],
    ['batch: {timeout: 200}', 'batch.timeout must be a duration'],
    ['batch: {timeout: soon}', 'batch.timeout must be a duration, such as 200ms or 2s, not "soon"'],
    ['batch: {timeout: 0s}', 'batch.timeout must be a duration, such as 200ms or 2s, not "0s"'],
    ['batch: {maxMessages: 0}', 'batch.maxMessages must be a whole number from 1'],
    [
      'batch: {preferredMaxBytes: 20, absoluteMaxBytes: 10}',
      'batch.preferredMaxBytes must be a whole number from 1 to 10',
    ],
    ['orderer: {port: 70000}', 'orderer.port must be a whole number from 1 to 65435'],
    ['businessNodes: apart', 'businessNodes must be one of together, separate'],
    ['capability: V1_4', 'capability must be one of V2_0, V3_0'],
  ])('refuses %j and says where and what to do', (text, message) => {
    expect(refusal(text)).toContain(message);
  });

  it('says that a file is not there', () => {
    expect(() => readTopology('/nowhere/topology.yaml')).toThrow(
      expect.objectContaining({ code: 'TOPOLOGY' }),
    );
  });
});
