/** The mutants of a file: every small fault that the operators know, one at a time. Pure. */
import type { Node, SourceFile } from 'typescript/unstable/ast';
import { brief, type Mutant } from './mutant.ts';
import { changesOf, isMessage, isOnlyTypes } from './operators.ts';

/** In the order of the text. `path`: how the file is called. */
export function mutantsOf(file: SourceFile, path: string): readonly Mutant[] {
  const { text } = file;
  const found: Mutant[] = [];
  const visit = (node: Node, inMessage: boolean): void => {
    if (isOnlyTypes(node)) return;
    for (const { from, to, text: replacement } of changesOf(node, file, inMessage)) {
      const lineFrom = text.lastIndexOf('\n', from - 1) + 1;
      const lineTo = text.indexOf('\n', from);
      found.push({
        path,
        start: from,
        end: to,
        replacement,
        line: text.slice(0, from).split('\n').length,
        lineText: text.slice(lineFrom, lineTo === -1 ? text.length : lineTo).trim(),
        change: `${brief(text.slice(from, to))} -> ${brief(replacement)}`,
      });
    }
    node.forEachChild((child) => visit(child, inMessage || isMessage(node)));
  };
  file.forEachChild((child) => visit(child, false));
  return found;
}
