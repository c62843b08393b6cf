import { yamlShape, type ErrorCode, type Shape } from '@cotrace/core';
import { LineCounter, parseDocument } from 'yaml';

/**
 * The settings in the text of a file: YAML 1.2, of which JSON is a part; none where the file is empty. `path` names the file in
 * errors, which have the code `code` and name the line. Throws `code` where the text is not valid YAML.
 */
export function parseSettings(text: string, path: string, code: ErrorCode): Shape {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  return yamlShape(document, lines, { path, code, empty: {} });
}
