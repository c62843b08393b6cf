import { yamlShape } from '@cotrace/core';
import { LineCounter, parseDocument, stringify } from 'yaml';
import { DEFAULT_DOMAIN_RULES, takesAll, type DomainRule } from './domain-rules.js';

const HEADER = `# Which domain an event is recorded in: the first rule that matches decides. A rule matches if everything it
# names matches: eventTypes, steps (words of the Core Business Vocabulary, or URIs), actions. The last rule, which
# names nothing, takes the rest.
`;

/** As many as there can be domains. */
const MAX_RULES = 65_535;
/** Far more than all steps of the Core Business Vocabulary and those of any organisation's own. */
const MAX_WORDS = 65_535;

const LISTS = ['eventTypes', 'steps', 'actions'] as const;

/** The default table as the text of a file for people to edit, without the rules of domains that a network has not. */
export function defaultRulesText(domains: readonly string[]): string {
  const rules = DEFAULT_DOMAIN_RULES.filter(({ domain }) => domains.includes(domain));
  const [first] = domains;
  const all = rules.some(takesAll) || first === undefined ? rules : [...rules, { domain: first }];
  return HEADER + stringify(all, { lineWidth: 110 });
}

/**
 * The rules in the text of a file at `path`; `domains` are those that the network has; null where that is not known,
 * and any may be named. Throws `CONFIG` naming the line, the rule and the member that is wrong.
 */
export function parseRules(text: string, path: string, domains: readonly string[] | null): DomainRule[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const root = yamlShape(document, lines, { path, code: 'CONFIG', empty: [], name: 'rules' });
  return root.items(MAX_RULES, 1, 'a list of rules').map((item) => {
    const names = item.only([...LISTS, 'domain']).names();
    // A list that was left empty by mistake must not make a rule for all events: null is not as good as nothing here.
    const lists = LISTS.filter((name) => names.includes(name)).map((name) => {
      const words = item.at(name).items(MAX_WORDS, 0, 'a list of words');
      return [name, words.map((word) => word.text({ rule: 'a word' }))] as const;
    });
    const domain = item.at('domain');
    const name = domains === null ? domain.text({ rule: 'the name of a domain' }) : domain.oneOf(domains);
    return { ...Object.fromEntries(lists), domain: name };
  });
}
