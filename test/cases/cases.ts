import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../architecture/sources.js';

/** Names of what is certain, and of what is not, with the reasons. */
export interface AnsweredStatuses {
  readonly certain: readonly string[];
  readonly undecided: Readonly<Record<string, readonly string[]>>;
}

/** A question about a case, and its right answer: identifiers by TraceID, events by event id. */
export interface CaseQuestion {
  readonly traceId: string;
  readonly direction: 'up' | 'down';
  readonly identifiers: AnsweredStatuses;
  readonly events: AnsweredStatuses;
  /** Events that need not be recorded: captured last, they are already recorded under another event id. */
  readonly mayLack: readonly string[];
}

/** A small history with its right answers. */
export interface Case {
  readonly case: number;
  readonly title: string;
  /** EPCIS document with its events. */
  readonly file: string;
  /** Which organisation captures each of the events: its short name. */
  readonly organisations: readonly string[];
  /** What the refusal of its only event says; null where all are recorded. */
  readonly refused: string | null;
  readonly questions: readonly CaseQuestion[];
}

/** One event of a case as a document of its own. */
export interface CaseDocument {
  readonly name: string;
  /** File of the case: what is captured of one case comes one after the other. */
  readonly of: string;
  readonly organisation: string;
  readonly text: string;
}

interface Document {
  readonly epcisBody: { readonly eventList: readonly object[] };
}

const folder = join(repository, 'test/cases');

export const cases = (JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8')) as { cases: Case[] })
  .cases;

/** The events of cases, each as a document. */
export function documentsOf(some: readonly Case[]): CaseDocument[] {
  return some.flatMap(({ file, organisations }) => {
    const document = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Document;
    return document.epcisBody.eventList.map((event, i) => ({
      name: `${file.replace(/\.jsonld$/, '')}-${i + 1}.jsonld`,
      of: file,
      organisation: organisations[i] ?? '',
      text: JSON.stringify({ ...document, epcisBody: { eventList: [event] } }),
    }));
  });
}
