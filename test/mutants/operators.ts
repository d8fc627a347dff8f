/** What one piece of source may become. Pure: from a parsed node to the texts that may stand in its place. */
import type { Expression, Node, SourceFile } from 'typescript/unstable/ast';
import { SyntaxKind } from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';

/** A place in the text and what stands there instead. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Of each comparison its bound and its opposite. `&&`, `||` and `??` lose one side, which is told apart by fewer tests than one
 * for the other would be.
 */
const binary: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '**': ['*'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
  '+=': ['-='],
  '-=': ['+='],
  '??=': ['='],
  '||=': ['='],
};
const oneSide: ReadonlySet<string> = new Set(['&&', '||', '??']);

/** Methods that are easily taken for one another. */
const twins: ReadonlyMap<string, string> = new Map(
  [
    ['min', 'max'],
    ['floor', 'ceil'],
    ['some', 'every'],
    ['find', 'findLast'],
    ['findIndex', 'findLastIndex'],
    ['indexOf', 'lastIndexOf'],
    ['push', 'unshift'],
    ['shift', 'pop'],
    ['startsWith', 'endsWith'],
    ['trimStart', 'trimEnd'],
  ].flatMap(([one, other]): [string, string][] => [
    [one!, other!],
    [other!, one!],
  ]),
);
/** Methods whose result is of the kind of what they are called on. */
const removable: ReadonlySet<string> = new Set(
  'filter sort toSorted reverse toReversed slice subarray trim map toLowerCase toUpperCase'.split(' '),
);

/** True where nothing that runs can be changed: types, imports, what is exported from elsewhere. */
export function isOnlyTypes(node: Node): boolean {
  return (
    is.isTypeNode(node) ||
    is.isInterfaceDeclaration(node) ||
    is.isTypeAliasDeclaration(node) ||
    is.isImportDeclaration(node) ||
    is.isExportDeclaration(node)
  );
}

/** True of the words that an error is made with: they are for people, and tests should not repeat them. */
export function isMessage(node: Node): boolean {
  if (is.isCallExpression(node)) return is.isThrowStatement(node.parent);
  return is.isNewExpression(node) && /(?:Error|Failure|NotNow)$/.test(node.expression.getText());
}

/** What may stand in the place of this node, or of a piece of it. `inMessage`: it is part of an error's words. */
export function changesOf(node: Node, file: SourceFile, inMessage: boolean): readonly Change[] {
  const whole = (text: string): Change => ({ from: node.getStart(file), to: node.end, text });
  const part = (piece: Node, text: string): Change => ({ from: piece.getStart(file), to: piece.end, text });
  const source = (piece: Node): string => piece.getText(file);

  if (is.isBinaryExpression(node)) {
    const operator = source(node.operatorToken);
    if (oneSide.has(operator)) return [whole(source(node.left)), whole(source(node.right))];
    const others = binary[operator] ?? [];
    return (isCondition(node) ? others.slice(0, 1) : others).map((text) => part(node.operatorToken, text));
  }
  if (is.isPrefixUnaryExpression(node)) {
    if (node.operator === SyntaxKind.ExclamationToken || node.operator === SyntaxKind.MinusToken)
      return [whole(source(node.operand))];
    return steps(node, source(node)).map(whole);
  }
  if (is.isPostfixUnaryExpression(node)) return steps(node, source(node)).map(whole);
  if (is.isIfStatement(node)) return either(node.expression, part);
  if (is.isConditionalExpression(node)) return either(node.condition, part);
  if (is.isWhileStatement(node) || is.isDoStatement(node)) return [part(node.expression, 'false')];
  if (is.isForStatement(node)) return node.condition ? [part(node.condition, 'false')] : [];
  if (is.isReturnStatement(node)) {
    if (node.expression === undefined) return [whole(';')];
    return isConstant(node.expression, source(node.expression)) ? [] : [part(node.expression, 'undefined')];
  }
  if (is.isArrowFunction(node)) {
    if (is.isBlock(node.body) || isConstant(node.body, source(node.body))) return [];
    return [part(node.body, 'undefined')];
  }
  if (is.isExpressionStatement(node)) return source(node).startsWith('super(') ? [] : [whole(';')];
  if (is.isThrowStatement(node) || is.isBreakStatement(node) || is.isContinueStatement(node))
    return [whole(';')];
  if (is.isCallExpression(node)) return callsLike(node.expression, whole, part, source);
  return inMessage || isName(node) ? [] : constantsLike(node, source(node)).map(whole);
}

function either(condition: Expression, part: (piece: Node, text: string) => Change): readonly Change[] {
  return [part(condition, 'true'), part(condition, 'false')];
}

/** Where both of its values are tried already. */
function isCondition(node: Node): boolean {
  const { parent } = node;
  if (is.isConditionalExpression(parent)) return parent.condition === node;
  return is.isIfStatement(parent) && parent.expression === node;
}

/** What {@link constantsLike} changes, or what a change to `undefined` would leave as it is. */
function isConstant(node: Node, text: string): boolean {
  return text === 'undefined' || text === 'true' || text === 'false' || is.isNumericLiteral(node);
}

function steps(node: Node, text: string): readonly string[] {
  // A loop that goes the other way only takes time to be noticed.
  if (is.isForStatement(node.parent)) return [];
  return text.includes('++') ? [text.replace('++', '--')] : [text.replace('--', '++')];
}

function callsLike(
  callee: Expression,
  whole: (text: string) => Change,
  part: (piece: Node, text: string) => Change,
  source: (piece: Node) => string,
): readonly Change[] {
  if (!is.isPropertyAccessExpression(callee)) return [];
  const name = callee.name.text;
  const twin = twins.get(name);
  if (twin !== undefined) return [part(callee.name, twin)];
  if (name === 'flatMap') return [part(callee.name, 'map')];
  return removable.has(name) ? [whole(source(callee.expression))] : [];
}

/** Keys, and the left sides of assignments. */
function isName(node: Node): boolean {
  const { parent } = node;
  if (is.isPropertyAssignment(parent)) return parent.name === node;
  return is.isBinaryExpression(parent) && parent.left === node && is.isArrayLiteralExpression(node);
}

function constantsLike(node: Node, text: string): readonly string[] {
  if (is.isNumericLiteral(node)) return [`(${text} + 1)`, `(${text} - 1)`];
  if (is.isBigIntLiteral(node)) return [`(${text} + 1n)`];
  if (text === 'true' && node.kind === SyntaxKind.TrueKeyword) return ['false'];
  if (text === 'false' && node.kind === SyntaxKind.FalseKeyword) return ['true'];
  if (is.isStringLiteral(node) || is.isNoSubstitutionTemplateLiteral(node))
    return text.length > 2 ? ["''"] : ["'?'"];
  if (is.isTemplateExpression(node)) return ["''"];
  if (is.isArrayLiteralExpression(node)) return node.elements.length > 0 ? ['[]'] : [];
  if (is.isRegularExpressionLiteral(node)) {
    const open = [text.replace(/^\/\^/, '/'), text.replace(/\$(\/\w*)$/, '$1')];
    return open.filter((other) => other !== text && !other.startsWith('//'));
  }
  return [];
}
