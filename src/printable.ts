/**
 * Foreign text made harmless where people and their tools read it: names come from topics and foreign disks, reasons from brokers. A
 * control character in them could drive a terminal or forge a line of a log, and a direction mark could show `gpj.exe` as `exe.jpg`.
 */

/** Control characters (C0, DEL, C1), line and paragraph separators, direction marks, halves of pairs. */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Each of them as its code instead, e.g. `\x1b` or `\u202e`. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/**
 * One line of JSON with each of them in JSON's own escape: whoever parses it gets the same value. JSON itself escapes no more than C0,
 * and a terminal takes U+009B for the beginning of a sequence. The line's end stays.
 */
export function printableJson(line: string): string {
  return line.replace(unprintable, (character) =>
    character === '\n' ? character : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
