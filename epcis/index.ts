export { toUtc } from './date-time.js';
export { DEFAULT_DOMAIN_RULES, ruleFor, unreachedDomains, type DomainRule } from './domain-rules.js';
export { readEpcisFile, refusedFile, type ReadEvent, type ReadFile } from './read-documents.js';
export { defaultRulesText, parseRules } from './rules-file.js';
