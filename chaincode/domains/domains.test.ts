import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { compileDataSchema } from '../trace/data-schema.js';
import { parseDefinition } from '../trace/definition.js';
import { checkStep } from '../trace/step.js';
import { defaultDomains, distribution, retail } from './index.js';

describe('the default domains', () => {
  it('are the four of a product’s way, by name', () => {
    const names = defaultDomains.map(({ name }) => name);
    expect(names).toEqual(['production', 'processing', 'distribution', 'retail']);
  });

  it.each(defaultDomains)('$name can be defined', (domain) => {
    expect(parseDefinition(JSON.stringify(domain))).toEqual(domain);
    const check = compileDataSchema(domain.dataSchema);
    expect(() => check({ type: 'ObjectEvent', action: 'ADD', 'example:own': [1] })).not.toThrow();
    expect(() => check({ type: 'ObjectEvent', action: 'EAT' })).toThrow('record.data.action');
    expect(() => check({ action: 'ADD' })).toThrow('record.data.type');
  });

  it('sell at retail, and only there', () => {
    expect(() => checkStep('retail_selling', retail.steps, retail.name)).not.toThrow();
    expect(() => checkStep('retail_selling', distribution.steps, distribution.name)).toThrow(
      /does not accept records/,
    );
    expect(() => checkStep('shiping', distribution.steps, distribution.name)).toThrow(
      /does not accept records/,
    );
  });
});

it('the example of another domain can be defined', () => {
  const path = fileURLToPath(new URL('../../docs/examples/veterinary.json', import.meta.url));
  const { name, steps, dataSchema } = parseDefinition(readFileSync(path, 'utf8'));
  expect(() => checkStep('inspecting', steps, name)).not.toThrow();
  expect(() => checkStep('shipping', steps, name)).toThrow(/does not accept records/);
  expect(() => compileDataSchema(dataSchema)({ type: 'ObjectEvent', action: 'OBSERVE' })).not.toThrow();
});
