import { CotraceError } from '@cotrace/core';
import { parse, stringify } from 'yaml';
import { DEFAULT_DOMAIN_RULES, takesAll, type DomainRule } from './domain-rules.js';

const HEADER = `# Which domain an event is recorded in: the first rule that matches decides. A rule matches if everything it
# names matches: eventTypes, steps (words of the Core Business Vocabulary, or URIs), actions. The last rule, which
# names nothing, takes the rest.
`;

const LISTS = ['eventTypes', 'steps', 'actions'] as const;

/** The default table as the text of a file for people to edit, without the rules of domains that a network has not. */
export function defaultRulesText(domains: readonly string[]): string {
  const rules = DEFAULT_DOMAIN_RULES.filter(({ domain }) => domains.includes(domain));
  const [first] = domains;
  const all = rules.some(takesAll) || first === undefined ? rules : [...rules, { domain: first }];
  return HEADER + stringify(all, { lineWidth: 110 });
}

/**
 * The rules in the text of a file. `where` names it in errors; `domains` are those that the network has. Throws
 * `CONFIG` naming the rule and the member that is wrong.
 */
export function parseRules(text: string, where: string, domains: readonly string[]): DomainRule[] {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new CotraceError('CONFIG', `${where} is not YAML`, { where }, cause);
  }
  if (!Array.isArray(value) || value.length === 0) {
    throw new CotraceError('CONFIG', `${where} must be a list of rules`, { where });
  }
  return value.map((item: unknown, i) => ruleOf(item, `${where}: rule ${i + 1}`, domains));
}

function ruleOf(item: unknown, where: string, domains: readonly string[]): DomainRule {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) throw wrong(where, 'a mapping');
  const members = item as Record<string, unknown>;
  const unknown = Object.keys(members).find(
    (name) => name !== 'domain' && !LISTS.some((list) => list === name),
  );
  if (unknown !== undefined)
    throw wrong(`${where}: ${unknown}`, `left out; a rule has ${LISTS.join(', ')} and domain`);
  const { domain } = members;
  if (typeof domain !== 'string' || !domains.includes(domain)) {
    throw wrong(`${where}: domain`, `one of ${domains.join(', ')}`);
  }
  const lists = LISTS.flatMap((name) => {
    const list = members[name];
    if (list === undefined) return [];
    if (!Array.isArray(list) || !list.every((word) => typeof word === 'string')) {
      throw wrong(`${where}: ${name}`, 'a list of words');
    }
    return [[name, list] as const];
  });
  return { ...Object.fromEntries(lists), domain };
}

function wrong(where: string, expected: string): CotraceError {
  return new CotraceError('CONFIG', `${where} must be ${expected}`, { where });
}
