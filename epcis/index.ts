export { toUtc } from './date-time.js';
export { DEFAULT_DOMAIN_RULES, ruleFor, unreachedDomains } from './domain-rules.js';
export type { DomainRule } from './domain-rules.js';
export { readEpcisFile, refusedFile } from './read-documents.js';
export type { ReadEvent, ReadFile } from './read-documents.js';
export { defaultRulesText, parseRules } from './rules-file.js';
