/** Commands of `sluice` in the shell blocks of documents, as a shell would give them. Enough of a shell for documents; pure. */

/** One command: its words, and the variables before it. */
export interface WrittenCommand {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

type Token = { readonly word: string } | 'end';

/** What stands between two of these is a command: a new line, `|`, `&&`, `;`, `&`, and brackets that run one within another. */
const separator = /^(?:\n|\|\|?|&&?|;|\$\(|<\(|\(|\))/;
const redirection = /^[0-9]?(?:>>?|<)(?!\()(?:&[0-9])?/;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let rest = text.replaceAll('\\\n', ' ');
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) tokens.push({ word });
    word = undefined;
  };
  while (rest !== '') {
    const [comment] = (word === undefined && /^#[^\n]*/.exec(rest)) || [];
    const [quoted, single, double] = /^(?:'([^']*)'|"((?:\\.|[^"\\])*)")/.exec(rest) ?? [];
    const [cut] = separator.exec(rest) ?? [];
    const [blank] = /^[ \t]+/.exec(rest) ?? [];
    const [moved] = redirection.exec(rest) ?? [];
    if (quoted !== undefined) word = (word ?? '') + (single ?? double?.replace(/\\(.)/g, '$1') ?? '');
    else if (blank !== undefined || comment !== undefined) endWord();
    else if (cut !== undefined) {
      endWord();
      tokens.push('end');
    } else if (moved !== undefined) {
      endWord();
      // The file that it names is no word of the command.
      rest = rest.slice(moved.length).replace(/^ *[^\s|;&]*/, '');
      continue;
    } else word = (word ?? '') + rest[0];
    rest = rest.slice((quoted ?? cut ?? blank ?? comment ?? rest[0]!).length);
  }
  endWord();
  return [...tokens, 'end'];
}

/** The commands of `sluice` in a text that a shell would read: without `sluice` itself, or `npm run -s sluice --`. */
export function sluiceCommands(text: string): WrittenCommand[] {
  const found: WrittenCommand[] = [];
  let words: string[] = [];
  for (const token of tokensOf(text)) {
    if (token !== 'end') {
      words.push(token.word);
      continue;
    }
    const environment: Record<string, string> = {};
    for (;;) {
      const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(words[0] ?? '') ?? [];
      if (name === undefined || value === undefined) break;
      environment[name] = value;
      words.shift();
    }
    if (/^npm run -s sluice --(?: |$)/.test(words.join(' '))) words.splice(0, 5, 'sluice');
    if (words.shift() === 'sluice') found.push({ words, environment });
    words = [];
  }
  return found;
}

/** The shell blocks of a page of Markdown, together as one text. */
export function shellOf(page: string): string {
  return [...page.matchAll(/^ *```(?:sh|bash)\n([\s\S]*?)^ *```/gm)].map(([, text]) => text).join('\n');
}
