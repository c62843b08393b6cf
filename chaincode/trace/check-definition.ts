import { compileDataSchema } from './data-schema.js';
import { parseDefinition, type DomainDefinition } from './definition.js';

/** The definition in a text, checked as `define` checks it, its schema too. Throws `BAD_DEFINITION`, `TOO_LARGE`. */
export function checkDefinition(text: string): DomainDefinition {
  const definition = parseDefinition(text);
  compileDataSchema(definition.dataSchema);
  return definition;
}
