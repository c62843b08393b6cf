import { existsSync } from 'node:fs';
import { isCotraceError } from '@cotrace/core';
import { defaultRulesText, parseRules, unreachedDomains } from '@cotrace/epcis';
import { readTextFile, type Topology } from '@cotrace/network';
import { writeAtomically, type Workspace } from '../workspace/workspace.js';

/**
 * Writes the table of capture rules where it is missing. Returns what is to be said about the one that is there: that it
 * cannot be used, or that it leads to a domain of the network in no case.
 */
export function ensureRules({ captureRules: path }: Workspace, { domains }: Topology): string[] {
  if (!existsSync(path)) writeAtomically(path, defaultRulesText(domains));
  try {
    return unreachedDomains(parseRules(readTextFile(path, 'CONFIG'), path, domains), domains).map(
      (domain) => `no rule of ${path} leads to domain ${domain}: add one, or nothing is captured in it`,
    );
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return [`events cannot be captured: ${error.message}`];
  }
}
