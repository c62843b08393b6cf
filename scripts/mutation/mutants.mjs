// Mutants of a TypeScript source: small changes, each of which a test should notice.
import ts from 'typescript';

const OTHERS = new Map([
  ['&&', ['||']],
  ['||', ['&&']],
  ['===', ['!==']],
  ['!==', ['===']],
  ['==', ['!=']],
  ['!=', ['==']],
  ['<', ['<=', '>=']],
  ['<=', ['<', '>']],
  ['>', ['>=', '<=']],
  ['>=', ['>', '<']],
  ['+', ['-']],
  ['-', ['+']],
  ['*', ['/']],
  ['/', ['*']],
  ['%', ['*']],
]);
const EQUALITIES = new Set(['===', '!==', '==', '!=']);
/** Methods without which there is still a list or a text, and those that are each other's opposite. */
const DROPPED = new Set(['filter', 'sort', 'reverse', 'slice', 'trim', 'toLowerCase']);
const OPPOSITES = new Map([
  ['some', 'every'],
  ['every', 'some'],
]);
/** Functions whose first argument only is in what an error says. */
const SAYING = new Set(['wrong', 'read']);

/**
 * The mutants of a source, and the text that holds them all: `__mutant(id)` says whether mutant `id` is in force. Ids count from
 * `firstId`. What errors say is left alone; their codes are not.
 */
export function mutantsOf(text, file, firstId) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const mutants = [];
  const written = new Map();
  const asIs = (node) => text.slice(node.getStart(source), node.end);

  function note(node, what) {
    const start = node.getStart(source);
    const { line } = source.getLineAndCharacterOfPosition(start);
    const id = firstId + mutants.length;
    mutants.push({ id, file, line: line + 1, code: lineAt(text, start), what: what.replace(/\s+/g, ' ') });
    return id;
  }

  /** An expression that is one of `alternatives`, each a change and its code, where that mutant is in force. */
  function either(node, code, alternatives) {
    const arms = alternatives.map(([what, other]) => `__mutant(${note(node, what)}) ? (${other}) : `);
    return arms.length === 0 ? code : `(${arms.join('')}(${code}))`;
  }

  /** A node's text with all mutants that are in it, made once. */
  function write(node) {
    const known = written.get(node);
    if (known !== undefined) return known;
    const code = isCondition(node)
      ? either(
          node,
          change(node),
          truthsFor(node).map((truth) => [`${asIs(node)} → ${truth}`, truth]),
        )
      : change(node);
    written.set(node, code);
    return code;
  }

  function change(node) {
    if (isLeftAlone(node)) return asIs(node);
    if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken.getText(source);
      const others = OTHERS.get(operator) ?? [];
      return either(
        node,
        inside(node),
        others.map((other) => [
          `${asIs(node)} with ${other} for ${operator}`,
          `(${write(node.left)}) ${other} (${write(node.right)})`,
        ]),
      );
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      return either(node, inside(node), [[`${asIs(node)} → ${asIs(node.operand)}`, write(node.operand)]]);
    }
    const other = otherLiteral(node);
    if (other !== null) return either(node, asIs(node), [[`${asIs(node)} → ${other}`, other]]);
    if (ts.isCallExpression(node)) return either(node, inside(node), otherCalls(node));
    if (ts.isThrowStatement(node) || isEffect(node)) {
      return `{ if (__mutant(${note(node, `without ${asIs(node)}`)})) {} else { ${inside(node)} } }`;
    }
    return inside(node);
  }

  function inside(node) {
    let result = '';
    let at = node.getStart(source);
    ts.forEachChild(node, (child) => {
      const start = child.getStart(source);
      if (start < at) return;
      result += text.slice(at, start) + write(child);
      at = child.end;
    });
    return result + text.slice(at, node.end);
  }

  function otherLiteral(node) {
    if (node.kind === ts.SyntaxKind.TrueKeyword) return 'false';
    if (node.kind === ts.SyntaxKind.FalseKeyword) return 'true';
    if (ts.isNumericLiteral(node)) return `${asIs(node)} + 1`;
    if (ts.isBigIntLiteral(node)) return `${asIs(node)} + 1n`;
    return ts.isStringLiteral(node) && node.text !== '' && isTelling(node) ? "''" : null;
  }

  function otherCalls(node) {
    const { expression } = node;
    if (!ts.isPropertyAccessExpression(expression) || expression.questionDotToken !== undefined) return [];
    const name = expression.name.text;
    const object = expression.expression;
    if (DROPPED.has(name)) return [[`${asIs(node)} without ${name}`, write(object)]];
    const opposite = OPPOSITES.get(name);
    if (opposite === undefined) return [];
    const rest = node.arguments.map(write).join(', ');
    return [[`${asIs(node)} with ${opposite} for ${name}`, `(${write(object)}).${opposite}(${rest})`]];
  }

  /** Where a string decides something, and does not only say it. */
  function isTelling(node) {
    const { parent } = node;
    if (ts.isBinaryExpression(parent)) return EQUALITIES.has(parent.operatorToken.getText(source));
    if (ts.isArrayLiteralExpression(parent) || ts.isCaseClause(parent)) return true;
    if (ts.isVariableDeclaration(parent)) return parent.initializer === node;
    if (!ts.isNewExpression(parent) && !ts.isCallExpression(parent)) return false;
    const called = parent.expression;
    const name = ts.isPropertyAccessExpression(called) ? called.name.text : '';
    return parent.arguments?.[0] === node && !SAYING.has(name);
  }

  return { mutants, text: inside(source) };
}

/** Types and imports, and literals that are names. */
function isLeftAlone(node) {
  if (ts.isTypeNode(node) || ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node)) return true;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isEnumDeclaration(node)) return true;
  return ts.isPropertyAssignment(node.parent) && node.parent.name === node;
}

function isCondition(node) {
  const { parent } = node;
  if (parent === undefined) return false;
  if (ts.isConditionalExpression(parent)) return parent.condition === node;
  return (ts.isIfStatement(parent) || ts.isWhileStatement(parent)) && parent.expression === node;
}

/** What a condition may be instead; that of a loop not always true. */
function truthsFor(node) {
  return ts.isWhileStatement(node.parent) ? ['false'] : ['true', 'false'];
}

/** A statement for its effect alone. */
function isEffect(node) {
  if (!ts.isExpressionStatement(node) || ts.isStringLiteral(node.expression)) return false;
  const { expression } = node;
  return !(ts.isCallExpression(expression) && expression.expression.kind === ts.SyntaxKind.SuperKeyword);
}

function lineAt(text, position) {
  const start = text.lastIndexOf('\n', position - 1) + 1;
  const end = text.indexOf('\n', position);
  return text.slice(start, end < 0 ? undefined : end).trim();
}
