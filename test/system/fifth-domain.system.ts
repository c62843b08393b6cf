import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_DOMAINS } from '@cotrace/core';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CaptureAnswer, NodeAnswer } from '../acceptance/answers.js';
import { Cotrace } from '../acceptance/cotrace.js';
import { SourceCopy } from '../fifth-domain/source-copy.js';

/** The one file of a new default domain. */
const FILE = `import type { DefaultDomain } from './domain.js';

/** Where what was used is taken back, taken apart and made use of again. */
export const recycling: DefaultDomain = {
  name: 'recycling',
  stage: 5,
  steps: ['disassembling', 'removing'],
  rules: { ownSteps: { steps: ['collecting'] } },
};
`;

// The smallest network: it is the domains that are tried.
const TOPOLOGY = `organisations:
  - { name: org1, mspId: Org1MSP, domain: org1.example.com }
  - { name: org2, mspId: Org2MSP, domain: org2.example.com }
`;

const EVENT = {
  '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
  type: 'ObjectEvent',
  action: 'OBSERVE',
  bizStep: 'collecting',
  epcList: ['https://id.gs1.org/01/09521234500018/21/USED-1'],
  eventTime: '2026-04-17T09:26:42Z',
  eventTimeZoneOffset: '+00:00',
};

describe('a fifth default domain', () => {
  const copy = new SourceCopy();
  const cotrace = new Cotrace(join(copy.root, 'home'), copy.program);

  beforeAll(async () => {
    copy.add('core/domains/recycling.ts', FILE);
    copy.addLine('core/domains/all.ts', "export { recycling } from './recycling.js';");
    await copy.build();
  });

  afterAll(async () => {
    const { code, stderr } = await cotrace.run('network', 'down', '--purge');
    rmSync(copy.root, { recursive: true, force: true });
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });

  it('is a file and a line: networks have it, events go there, and are recorded in it', async () => {
    const topology = copy.add('topology.yaml', TOPOLOGY);
    expect(await cotrace.run('network', 'up', '--topology', topology)).toMatchObject({ code: 0 });
    const event = copy.add('event.json', JSON.stringify(EVENT));
    const { value, stderr } = await cotrace.json<CaptureAnswer>('capture', event);
    expect(stderr).toBe('');
    expect(value.outcomes).toMatchObject([{ domain: 'recycling', status: 'recorded' }]);
    const nodes = (await cotrace.json<readonly NodeAnswer[]>('nodes')).value.map(({ name }) => name);
    const names = [...DEFAULT_DOMAINS.map(({ name }) => name), 'recycling'];
    expect(nodes).toEqual(expect.arrayContaining(names.map((name) => `org2.${name}`)));
  });
});
