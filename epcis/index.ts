export { toUtc } from './date-time.js';
export { DEFAULT_DOMAIN_RULES, ruleFor, unreachedDomains, type DomainRule } from './domain-rules.js';
export { MAX_DOCUMENT_LENGTH, readEpcisFile, refusedFile } from './read-documents.js';
export type { ReadEvent, ReadFile } from './read-file.js';
export { defaultRulesText, parseRules } from './rules-file.js';
