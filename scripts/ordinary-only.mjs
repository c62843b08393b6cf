// For a bundle that either finds an ordinary proof good or fails, and leaves everything else to all of the verifier
// (docs/decisions/0049).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';

/** What an ordinary proof does not need. Whatever calls into these fails, and all of the verifier is loaded. */
const LEFT_OUT = [
  // What is wrong with a value, in words.
  'core/dist/shape/shape-error.js',
  // Identifiers that are not of ASCII, and GS1's in forms in which they are not traced.
  'core/dist/text/unicode.js',
  'core/dist/trace-id/element-string.js',
  'core/dist/trace-id/epc-urn.js',
  // Revocation lists, and extensions of certificates that Fabric's authorities do not write.
  'fabric-model/dist/identity/crl.js',
  'fabric-model/dist/identity/extension-forms.js',
  'fabric-model/dist/identity/uri.js',
  // Proofs that show envelopes, and those for an older trust file.
  'verifier/dist/proof/transitions.js',
  'verifier/dist/trace-proof/envelopes.js',
  'verifier/dist/trace-proof/orphans.js',
];

/** It catches what fails, and has words of its own. */
const ENTRY = 'verifier/dist/verify-in-page.js';
const ERRORS = ['CotraceError', 'MalformedError'];
/** Two words, as errors have them; what a format writes has capitals, dots or slashes. */
const WORDS = /[a-z] [a-z]/;

/** A plugin of esbuild, for files of the repository at `root`. */
export function ordinaryOnly(root) {
  return {
    name: 'ordinary-only',
    setup({ onLoad }) {
      onLoad({ filter: /\/(?:core|fabric-model|verifier)\/dist\/.*\.js$/ }, async ({ path }) => {
        if (path === join(root, ENTRY)) return undefined;
        const text = await readFile(path, 'utf8');
        const isLeftOut = LEFT_OUT.some((file) => path === join(root, file));
        return { contents: isLeftOut ? failing(text) : withoutWords(text, path), loader: 'js' };
      });
    },
  };
}

/** A module with the exports of another, each of which fails. */
function failing(text) {
  const names = [...text.matchAll(/^export (?:function|class|const) (\w+)/gm)].map(([, name]) => name);
  return names.map((name) => `export function ${name}() { throw new Error('left out'); }`).join('\n');
}

/** A module in which errors have nothing to tell them apart by, and functions no sentences. */
function withoutWords(text, path) {
  const source = ts.createSourceFile('', text, ts.ScriptTarget.ES2022, true);
  const parts = [];
  let at = 0;
  const replace = (from, to, by) => {
    parts.push(text.slice(at, from), by);
    at = to;
  };
  const visit = (node, inFunction) => {
    if (
      ts.isCallExpression(node) &&
      node.expression.getText() === 'isCotraceError' &&
      node.arguments.length > 1
    )
      throw new Error(`${path} decides on the code of an error, and in verify.js errors have none`);
    if (ts.isNewExpression(node) && ERRORS.includes(node.expression.getText()))
      replace(node.expression.end, node.end, '()');
    else if (inFunction && isText(node) && WORDS.test(node.getText()))
      replace(node.getStart(), node.end, "''");
    else ts.forEachChild(node, (child) => visit(child, inFunction || ts.isFunctionLike(node)));
  };
  visit(source, false);
  return parts.join('') + text.slice(at);
}

function isText(node) {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}
