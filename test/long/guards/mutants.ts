/**
 * Every guard of a source file, each taken away or turned round in one way: conditions, statements that report, call or
 * throw, limits, and the guards of generated workflows (their conditions, raises, retries, excepts and records).
 */
import ts from 'typescript';

export interface Mutant {
  readonly file: string;
  /** Where and how, without line numbers, so that it stays the same while the code around it moves. */
  readonly name: string;
  readonly line: number;
  /** The whole file with this one change. */
  readonly source: string;
}

interface Change {
  readonly node: ts.Node;
  /** What is done, e.g. `never`. */
  readonly kind: string;
  readonly text: string;
}

/** All mutants of one file, in the order of its text. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const seen = new Map<string, number>();
  return [...changesIn(tree)].map(({ node, kind, text }) => {
    const bare = `${file} ${placeOf(node)} ${kind}: ${shortened(node.getText(tree))}`;
    const count = (seen.get(bare) ?? 0) + 1;
    seen.set(bare, count);
    const [start, end] = [node.getStart(tree), node.getEnd()];
    return {
      file,
      name: count === 1 ? bare : `${bare} #${count}`,
      line: tree.getLineAndCharacterOfPosition(start).line + 1,
      source: withTree(file, source.slice(0, start) + text + source.slice(end)),
    };
  });
}

/** The builders of the tree, under a name that no file uses, for changes that need them. */
function withTree(file: string, source: string): string {
  if (!source.includes('MUTANT.')) return source;
  const depth = file.split('/').length - 2;
  return `${source}\nimport * as MUTANT from '${depth === 0 ? './' : '../'.repeat(depth)}tree.ts';\n`;
}

const shortened = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 90 ? `${line.slice(0, 90)}…` : line;
};

/** The name of the function or constant at the top of the file that a node is in. */
function placeOf(node: ts.Node): string {
  for (let here = node.parent as ts.Node | undefined; here !== undefined; here = here.parent) {
    if (ts.isFunctionDeclaration(here) && ts.isSourceFile(here.parent)) return here.name?.text ?? '';
    if (ts.isClassDeclaration(here)) return here.name?.text ?? '';
    // Declaration, list of declarations, statement, file.
    if (ts.isVariableDeclaration(here) && ts.isSourceFile(here.parent.parent.parent))
      return here.name.getText();
  }
  return '';
}

function* changesIn(node: ts.Node): Generator<Change> {
  if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return;
  const condition = conditionOf(node);
  if (condition !== undefined) yield* turned(condition.expression, condition.loop);
  else if (ts.isExpression(node) && isBoolean(node) && !isPart(node)) yield* turned(node, false);
  yield* dropped(node);
  yield* moved(node);
  yield* inWorkflows(node);
  for (const child of node.getChildren()) yield* changesIn(child);
}

// ---- conditions ------------------------------------------------------------------------------------------------

/** What decides at this node. */
function conditionOf(node: ts.Node): { expression: ts.Expression; loop: boolean } | undefined {
  if (ts.isIfStatement(node)) return { expression: node.expression, loop: false };
  if (ts.isConditionalExpression(node)) return { expression: node.condition, loop: false };
  if (ts.isWhileStatement(node)) return { expression: node.expression, loop: true };
  if (ts.isForStatement(node) && node.condition) return { expression: node.condition, loop: true };
  // `...(what && { … })`
  if (isBinary(node, ['&&']) && !isBoolean(node.right) && !isPart(node))
    return { expression: node.left, loop: false };
  return undefined;
}

const COMPARISONS = ['===', '!==', '<', '<=', '>', '>=', 'in'];
const LOGICAL = ['&&', '||'];
/** Methods and functions that answer yes or no. */
const ASKS = [
  'includes',
  'has',
  'test',
  'some',
  'every',
  'startsWith',
  'endsWith',
  'hasOwn',
  'isArray',
  'isInteger',
  'isFinite',
  'isSafeInteger',
];

const isBinary = (node: ts.Node, operators: readonly string[]): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) && operators.includes(node.operatorToken.getText());

function isBoolean(node: ts.Node): boolean {
  if (ts.isParenthesizedExpression(node)) return isBoolean(node.expression);
  if (ts.isPrefixUnaryExpression(node)) return node.operator === ts.SyntaxKind.ExclamationToken;
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    return ASKS.includes(node.expression.name.text);
  }
  return (
    isBinary(node, COMPARISONS) || (isBinary(node, LOGICAL) && isBoolean(node.left) && isBoolean(node.right))
  );
}

/** Whether a node is within a condition that is turned as a whole. */
function isPart(node: ts.Node): boolean {
  const { parent } = node;
  if (conditionOf(parent)?.expression === node || isBinary(parent, [...LOGICAL, ...COMPARISONS])) return true;
  return (
    (ts.isParenthesizedExpression(parent) || ts.isPrefixUnaryExpression(parent)) &&
    (isBoolean(parent) || isPart(parent))
  );
}

function* turned(expression: ts.Expression, loop: boolean): Generator<Change> {
  yield { node: expression, kind: 'never', text: 'false' };
  if (!loop) {
    yield { node: expression, kind: 'always', text: 'true' };
    yield { node: expression, kind: 'negated', text: `!(${expression.getText()})` };
  }
  yield* within(expression);
}

/** Single operands left out, and bounds moved by one. */
function* within(node: ts.Expression): Generator<Change> {
  if (ts.isParenthesizedExpression(node)) yield* within(node.expression);
  else if (ts.isPrefixUnaryExpression(node)) yield* within(node.operand);
  else if (isBinary(node, LOGICAL)) {
    const text = node.operatorToken.getText() === '&&' ? 'true' : 'false';
    for (const operand of [node.left, node.right]) {
      yield { node: operand, kind: 'left out', text };
      yield* within(operand);
    }
  } else if (isBinary(node, ['<', '<=', '>', '>='])) {
    const operator = node.operatorToken.getText();
    const other = operator.endsWith('=') ? operator.slice(0, 1) : `${operator}=`;
    yield {
      node,
      kind: `${operator} as ${other}`,
      text: `${node.left.getText()} ${other} ${node.right.getText()}`,
    };
  }
}

// ---- statements and limits -------------------------------------------------------------------------------------

function* dropped(node: ts.Node): Generator<Change> {
  const calls =
    ts.isExpressionStatement(node) &&
    (ts.isCallExpression(node.expression) || ts.isYieldExpression(node.expression));
  if (calls || ts.isThrowStatement(node)) yield { node, kind: 'dropped', text: 'void 0;' };
}

/** A limit: a constant in capitals, or a number of a retry policy. */
function* moved(node: ts.Node): Generator<Change> {
  const constant =
    ts.isVariableDeclaration(node) && /^[A-Z][A-Z_]+$/.test(node.name.getText()) && node.initializer;
  const property = ts.isPropertyAssignment(node) && ts.isNumericLiteral(node.initializer) && node.initializer;
  const value = constant && isNumber(constant) ? constant : property;
  if (!value) return;
  for (const by of ['+ 1', '- 1']) yield { node: value, kind: by, text: `(${value.getText()}) ${by}` };
}

const isNumber = (node: ts.Expression): boolean =>
  ts.isNumericLiteral(node) ||
  (isBinary(node, ['*', '+', '-', '/']) && isNumber(node.left) && isNumber(node.right)) ||
  (ts.isCallExpression(node) && node.expression.getText() === 'Math.floor');

// ---- generated workflows ---------------------------------------------------------------------------------------

const LEFT_OUT = "MUTANT.assign('left_out', { left_out: true })";

function* inWorkflows(node: ts.Node): Generator<Change> {
  const property =
    ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node) ? node.name.getText() : '';
  if (property === 'raise') yield { node, kind: 'dropped', text: `steps: [${LEFT_OUT}]` };
  if (['once', 'goesOn'].includes(property)) yield { node, kind: 'dropped', text: 'left_out: true' };
  if (ts.isSpreadElement(node) && calleeOf(node.expression) === 'recordOrStop') {
    yield { node, kind: 'dropped', text: LEFT_OUT };
  }
  const [first, second, third] = ts.isCallExpression(node) ? node.arguments : [];
  if (first === undefined) return;
  if (calleeOf(node) === 'raise')
    yield { node, kind: 'dropped', text: LEFT_OUT.replace("'left_out'", first.getText()) };
  if (calleeOf(node) === 'when' && ts.isCallExpression(first)) yield* guardTurned(first);
  if (calleeOf(node) === 'attempt' && second && third && ts.isObjectLiteralExpression(third)) {
    const handlers = third.properties.filter((each) =>
      ['retry', 'except'].includes(each.name?.getText() ?? ''),
    );
    for (const handler of handlers) {
      const name = handler.name?.getText() ?? '';
      // A reason in place of the retry, or the definition would be refused before it could do any harm.
      const text = name === 'retry' ? "once: 'left out'" : 'left_out: true';
      yield handlers.length > 1
        ? { node: handler, kind: 'dropped', text }
        : { node, kind: `without ${name}`, text: `MUTANT.group(${first.getText()}, ${second.getText()})` };
    }
  }
}

const calleeOf = (node: ts.Node): string => (ts.isCallExpression(node) ? node.expression.getText() : '');

function* guardTurned(condition: ts.CallExpression): Generator<Change> {
  yield { node: condition, kind: 'never', text: "MUTANT.expr('false')" };
  yield { node: condition, kind: 'always', text: "MUTANT.expr('true')" };
  const [text] = condition.arguments;
  if (text === undefined) return;
  yield { node: condition, kind: 'negated', text: `MUTANT.expr('not (' + ${text.getText()} + ')')` };
  if (!ts.isStringLiteralLike(text)) return;
  for (const word of [' and ', ' or ']) {
    const operands = text.text.split(word);
    if (operands.length === 1) continue;
    for (const [i, operand] of operands.entries()) {
      const kept = JSON.stringify(operands.toSpliced(i, 1).join(word));
      yield { node: condition, kind: `without ${operand}`, text: `MUTANT.expr(${kept})` };
    }
  }
}
