import { fromUtf8, isCotraceError } from '@cotrace/core';
import {
  MAX_DOCUMENT_LENGTH,
  readEpcisFile,
  refusedFile,
  type DomainRule,
  type ReadFile,
} from '@cotrace/epcis';

/** An EPCIS document, event, array of events, or JSON Lines of them, as bytes of JSON in UTF-8. */
export interface CaptureDocument {
  /** How outcomes name it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** More bytes of UTF-8 than these are more characters than a document may have. */
export const MAX_DOCUMENT_BYTES = 3 * MAX_DOCUMENT_LENGTH;

/** Documents, read one after the other: no more than one is there as a text. */
export function readDocuments(
  documents: Iterable<CaptureDocument>,
  rules: readonly DomainRule[],
): ReadFile[] {
  const files: ReadFile[] = [];
  for (const document of documents) files.push(readDocument(document, rules));
  return files;
}

/** The events of a document; one that is not text is refused as a whole, as one that is not JSON is. */
function readDocument({ name, bytes }: CaptureDocument, rules: readonly DomainRule[]): ReadFile {
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    return refusedFile(name, `is longer than ${MAX_DOCUMENT_BYTES} bytes; split it`);
  }
  try {
    return readEpcisFile(fromUtf8(bytes), name, rules);
  } catch (error) {
    if (!isCotraceError(error, 'BAD_UTF8')) throw error;
    return refusedFile(name, `is not text in UTF-8: its byte ${Number(error.detail['offset']) + 1} is wrong`);
  }
}

/** What is to be said of files, each sentence with the name of its file. */
export function warningsOf(files: readonly ReadFile[]): string[] {
  return files.flatMap(({ name, warnings }) => warnings.map((warning) => `${name}: ${warning}`));
}
