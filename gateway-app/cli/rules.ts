import { existsSync } from 'node:fs';
import { Workspace } from '../deploy/workspace.js';
import { DEFAULT_DOMAIN_RULES, type DomainRule } from '../epcis/domain-rules.js';
import { parseRules } from '../epcis/rules-file.js';
import { readText } from './read-text.js';

/**
 * The table of domains that a capture goes by: the file that is given, else the network's own, else the default.
 * Throws `NO_FILE`, `CONFIG`.
 */
export function readRules(
  given: string | null,
  home: string,
  domains: readonly string[],
): readonly DomainRule[] {
  const path = given ?? new Workspace(home).captureRules;
  if (given === null && !existsSync(path)) return DEFAULT_DOMAIN_RULES;
  return parseRules(readText(path), path, domains);
}
