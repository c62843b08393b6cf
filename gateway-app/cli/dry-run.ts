import type { DomainRule } from '@cotrace/epcis';
import { leftOutText } from '../client/capture-files.js';
import { openSources } from '../client/capture-sources.js';
import { tryDocuments, type TriedEvent } from '../client/try-documents.js';
import { interruptible } from './interruptible.js';
import { EXIT, type Output } from './output.js';
import { othersText } from './rule-for-others.js';

/** `cotrace capture --dry-run FILE…`: what would become of the events; nothing is sent. */
export async function dryRun(
  files: readonly string[],
  rules: readonly DomainRule[],
  output: Output,
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<number> {
  const { documents, leftOut } = await interruptible((signal) => openSources(files, stdin, signal));
  const tried = tryDocuments(documents, rules);
  const { events } = tried;
  const warnings = [...leftOutText(leftOut), ...tried.warnings];
  for (const warning of warnings) output.progress(`warning: ${warning}`);
  const refused = events.filter(({ status }) => status === 'refused').length;
  const valid = events.length - refused;
  output.result({ events: events.length, valid, refused, outcomes: events, warnings }, () => [
    ...events.flatMap(toText),
    ...othersText(events),
    `dry run, nothing was sent: ${valid} of ${events.length} events valid, ${refused} refused`,
  ]);
  return refused > 0 ? EXIT.someRefused : EXIT.done;
}

function toText({
  file,
  path,
  line,
  status,
  domain,
  step,
  code,
  identifiers,
  reasons,
}: TriedEvent): string[] {
  const place = `${file}:${line} ${path}`;
  const names = identifiers.map(({ id, nature, roles }) => `    ${roles.join(' and ')}: ${id} (${nature})`);
  if (status === 'valid') return [`${place}: ${step ?? 'no step'}, to ${domain ?? ''}`, ...names];
  return [`${place}: refused [${code ?? ''}]`, ...reasons.map((reason) => `    ${reason}`)];
}
