import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DEFAULT_DOMAINS, isDomainName } from '@cotrace/core';
import { describe, expect, it } from '@jest/globals';
import { compileDataSchema } from '../trace/data-schema.js';
import { parseDefinition } from '../trace/definition.js';
import { checkStep } from '../trace/step.js';
import { defaultDomains, exampleDefinition } from './index.js';

describe('the default domains', () => {
  it('are those of core, each with a name of its own', () => {
    const names = defaultDomains.map(({ name }) => name);
    expect(names).toEqual(DEFAULT_DOMAINS.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !isDomainName(name))).toEqual([]);
  });

  it.each([...defaultDomains, exampleDefinition])('$name can be defined', (domain) => {
    expect(parseDefinition(JSON.stringify(domain))).toEqual(domain);
    const check = compileDataSchema(domain.dataSchema);
    expect(() => check({ type: 'ObjectEvent', action: 'ADD', 'example:own': [1] })).not.toThrow();
    expect(() => check({ type: 'ObjectEvent', action: 'EAT' })).toThrow('record.data.action');
    expect(() => check({ action: 'ADD' })).toThrow('record.data.type');
  });

  it('sell at retail, and only there', () => {
    const check = (step: string) =>
      defaultDomains.flatMap(({ name, steps }) => {
        try {
          checkStep(step, steps, name);
          return [name];
        } catch (error) {
          expect(error).toMatchObject({ code: 'UNKNOWN_STEP' });
          return [];
        }
      });
    expect(check('retail_selling')).toEqual(['retail']);
    expect(check('shiping')).toEqual([]);
    expect(check('shipping')).toEqual(defaultDomains.map(({ name }) => name));
  });
});

it('the example of another domain can be defined', () => {
  const path = fileURLToPath(new URL('../../docs/examples/veterinary.json', import.meta.url));
  const { name, steps, dataSchema } = parseDefinition(readFileSync(path, 'utf8'));
  expect(() => checkStep('inspecting', steps, name)).not.toThrow();
  expect(() => checkStep('shipping', steps, name)).toThrow(/does not accept records/);
  expect(() => compileDataSchema(dataSchema)({ type: 'ObjectEvent', action: 'OBSERVE' })).not.toThrow();
});
