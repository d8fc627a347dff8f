/** The table of faults: whether the tests that it names are there, and the defences that were taken out to see them fail. */
import type { TextFile } from './repository.ts';

/** Where the table stands. */
export const faultsPage = 'docs/faults.md';
/** What a row says that has no test yet. */
const unproven = /^nothing yet: /;

/** What is wrong with the table, one sentence each. */
export function wrongFaults(files: readonly TextFile[]): string[] {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const entries = files
    .filter(({ path }) => path.startsWith('test/defects/entries/'))
    .map(({ text }) => text);
  return rowsOf(texts.get(faultsPage) ?? '').flatMap(([fault = '', , proof = '', defences = '']) => {
    if (unproven.test(proof)) return [];
    const tests = spansOf(proof);
    const names = spansOf(defences);
    return [
      ...(tests.length === 0 ? [`"${fault}" has no test`] : []),
      ...(names.length === 0 ? [`"${fault}" says nothing of a defence that was taken out`] : []),
      ...tests.filter((test) => !isThere(test, texts)).map((test) => `there is no ${test}`),
      ...names
        .filter((name) => !entries.some((text) => text.includes(`name: '${name}',`)))
        .map((name) => `test/defects has no ${name}`),
    ];
  });
}

/** The cells of each row below the head. */
export function rowsOf(page: string): string[][] {
  const lines = page.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(1).map((line) => line.slice(2, -2).split(' | '));
}

function spansOf(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
}

/** `FILE > NAME`, the name as it stands in the code. */
function isThere(test: string, texts: ReadonlyMap<string, string>): boolean {
  const [path = '', ...rest] = test.split(' > ');
  const text = texts.get(path);
  const name = rest.join(' > ');
  if (text === undefined || name === '') return false;
  return ["'", '"', '`'].some((quote) => text.includes(`${quote}${name}${quote}`));
}
