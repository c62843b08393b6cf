import { existsSync } from 'node:fs';
import { CotraceError } from '@cotrace/core';
import { DEFAULT_DOMAIN_RULES, parseRules, type DomainRule } from '@cotrace/epcis';
import { readTextFile } from '@cotrace/network';
import { Workspace } from '../workspace/workspace.js';

/**
 * The table of domains that a capture goes by: the file that is given, otherwise the network's own, otherwise the default. `domains`:
 * those of the consortium; null where no network is known. Throws `NO_FILE`, `CONFIG`.
 */
export function readRules(
  given: string | null,
  home: string,
  domains: readonly string[] | null,
): readonly DomainRule[] {
  const path = given ?? new Workspace(home).captureRules;
  if (given === null && !existsSync(path))
    return domains === null ? DEFAULT_DOMAIN_RULES : defaultRules(domains);
  return parseRules(readTextFile(path, 'NO_FILE'), path, domains);
}

function defaultRules(domains: readonly string[]): readonly DomainRule[] {
  const foreign = DEFAULT_DOMAIN_RULES.find(({ domain }) => !domains.includes(domain))?.domain;
  if (foreign === undefined) return DEFAULT_DOMAIN_RULES;
  throw new CotraceError(
    'CONFIG',
    `the default capture rules lead to domain ${foreign}, which the consortium does not have; give the consortium’s own rules with --rules FILE`,
    { foreign, domains },
  );
}
