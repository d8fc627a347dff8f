/** The project's own source as its compiler parses it: what the rules of the house look at. */
import { relative, sep } from 'node:path';
import type { Node } from 'typescript/unstable/ast';
import { isIdentifier, isPropertyAccessExpression, isStringLiteral } from 'typescript/unstable/ast/is';
import { API } from 'typescript/unstable/sync';

/** A source file, reduced to what the rules need. */
export interface SourceFacts {
  /** Relative to the project's folder, with `/`. */
  readonly path: string;
  readonly lines: number;
  /** What it imports or re-exports from, types and `import()` included, as written. */
  readonly imports: readonly string[];
  /** Properties of global objects that it uses, e.g. `process.exit`, `console.log`. */
  readonly globals: readonly string[];
}

function globalsOf(file: Node): string[] {
  const found = new Set<string>();
  const visit = (node: Node): void => {
    if (isPropertyAccessExpression(node) && isIdentifier(node.expression)) {
      const object = node.expression.text;
      if (object === 'process' || object === 'console') found.add(`${object}.${node.name.text}`);
    }
    node.forEachChild(visit);
  };
  visit(file);
  return [...found];
}

/** Parses every file that `tsconfig.json` in the folder names, packages left out. */
export function readSource(folder: string): readonly SourceFacts[] {
  const api = new API({ cwd: folder });
  try {
    const snapshot = api.updateSnapshot({ openProject: `${folder}/tsconfig.json` });
    const program = snapshot.getProject(`${folder}/tsconfig.json`)?.program;
    if (program === undefined) throw new Error(`there is no project in ${folder}`);
    return program.getSourceFileNames().flatMap((name) => {
      const path = relative(folder, name).split(sep).join('/');
      const file =
        path.startsWith('..') || path.includes('node_modules/') ? undefined : program.getSourceFile(name);
      if (file === undefined) return [];
      const imports = file.imports.filter(isStringLiteral).map(({ text }) => text);
      const lines = file.text.split('\n').length - 1;
      return [{ path, lines, imports, globals: globalsOf(file) }];
    });
  } finally {
    api.close();
  }
}
