/** The text of a properties file, each line with its reason above it. Pure. */

/** A property and why it is so; without a name a remark alone. */
export interface RelayLine {
  readonly name?: string;
  readonly value?: string;
  /** One or more sentences. */
  readonly why: string;
}

/** Java reads the file in ISO-8859-1, takes a backslash for an escape, and drops spaces before a value. */
function escaped(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('\r', '')
    .replaceAll('\n', '\\n')
    .replace(/^ /, '\\ ')
    .replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A file that MirrorMaker 2 reads, and people. Ends with a line feed. */
export function relayText(lines: readonly RelayLine[]): string {
  const blocks = lines.map(({ name, value = '', why }) => {
    const remark = wrapped(why).map((line) => `# ${line}`);
    return [
      ...remark,
      ...(name === undefined ? [] : [`${name} =${value === '' ? '' : ` ${escaped(value)}`}`]),
    ].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

const width = 118;

function wrapped(text: string): string[] {
  const lines = [''];
  for (const word of text.replaceAll(/[^\x20-\x7e]/g, '?').split(' ')) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
