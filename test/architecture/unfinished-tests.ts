import ts from 'typescript';
import type { Source } from './sources.js';

const TEST_FUNCTIONS: ReadonlySet<string> = new Set(['describe', 'it', 'test']);
const BARRED_NAMES: ReadonlySet<string> = new Set(['fdescribe', 'fit', 'xdescribe', 'xit', 'xtest']);

/**
 * Places where a test file leaves tests out without saying why: `.only`, `.todo`, `x…`, `f…`, and a
 * `.skip` that is neither one side of a condition, which then is the reason, nor under a comment.
 */
export function unfinishedTests(source: Source): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isUnfinished(node)) {
      const { line } = source.syntax.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${source.path}:${line + 1} ${node.getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source.syntax);
  return found;
}

function isUnfinished(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return BARRED_NAMES.has(node.text) && ts.isCallExpression(node.parent);
  if (!ts.isPropertyAccessExpression(node) || !TEST_FUNCTIONS.has(firstName(node.expression))) return false;
  if (node.name.text === 'skip') return !hasReason(node);
  return node.name.text === 'only' || node.name.text === 'todo';
}

function firstName(node: ts.Expression): string {
  if (ts.isPropertyAccessExpression(node)) return firstName(node.expression);
  return ts.isIdentifier(node) ? node.text : '';
}

function hasReason(node: ts.Node): boolean {
  if (ts.isSourceFile(node)) return false;
  if (ts.isConditionalExpression(node.parent)) return true;
  if (!ts.isStatement(node)) return hasReason(node.parent);
  return (ts.getLeadingCommentRanges(node.getSourceFile().text, node.getFullStart()) ?? []).length > 0;
}
