/** `sasl.jaas.config`: one login module with its options, in the syntax of the JAAS configuration file. PURE. */
import { ConfigurationError } from '../../errors.ts';

/** A login module by its class name, with its options. */
export interface LoginModule {
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
}

const form = 'CLASS required name="value" ...;';
const flags = ['required', 'requisite', 'sufficient', 'optional'];

/** Reads the one entry of `sasl.jaas.config`. Errors name the position, never the text: it holds secrets. */
export function parseJaas(text: string): LoginModule {
  const tokens = tokenize(text);
  const end = tokens.findIndex(({ kind }) => kind === ';');
  if (end < 0) throw refuse('does not end with a semicolon');
  if (end < tokens.length - 1) throw refuse('holds more than one login module');
  const [name, flag, ...rest] = tokens.slice(0, end);
  if (name?.kind !== 'word') throw refuse('does not begin with a login module');
  if (flag?.kind !== 'word' || !flags.includes(flag.text.toLowerCase())) {
    throw refuse('lacks the word "required" after the login module');
  }
  const options = new Map<string, string>();
  for (let index = 0; index < rest.length; index += 3) {
    const [key, equals, value] = rest.slice(index, index + 3);
    if (key?.kind !== 'word') throw refuse(`has no option name at character ${key?.at}`);
    if (equals?.kind !== '=' || value === undefined || (value.kind !== 'word' && value.kind !== 'string')) {
      throw refuse(`gives no value to the option at character ${key.at}`);
    }
    options.set(key.text, value.text);
  }
  return { name: name.text, options };
}

interface Token {
  readonly kind: 'word' | 'string' | '=' | ';';
  readonly text: string;
  /** Position of its first character, from 1. */
  readonly at: number;
}

/** Space and comments; a quoted string; a word; an equals sign or semicolon. */
const pattern =
  /(?<skip>\s+|\/\/[^\n]*|\/\*.*?\*\/)|"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>(?:[^'\\]|\\.)*)'|(?<word>[^\s="';]+)|(?<sign>[=;])/suy;

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const matcher = new RegExp(pattern);
  while (matcher.lastIndex < text.length) {
    const at = matcher.lastIndex + 1;
    const groups = matcher.exec(text)?.groups;
    if (groups === undefined) throw refuse(`has a quotation mark at character ${at} that is never closed`);
    const quoted = groups.double ?? groups.single;
    if (quoted !== undefined) tokens.push({ kind: 'string', text: withoutEscapes(quoted), at });
    else if (groups.word !== undefined) tokens.push({ kind: 'word', text: groups.word, at });
    else if (groups.sign !== undefined) tokens.push({ kind: groups.sign as '=' | ';', text: '', at });
  }
  return tokens;
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Escapes as in a Java string, which is what Kafka's own reader takes. */
function withoutEscapes(quoted: string): string {
  return quoted.replace(/\\([0-3]?[0-7]{1,2}|.)/gsu, (_, escaped: string) =>
    /^[0-7]/.test(escaped) ? String.fromCharCode(Number.parseInt(escaped, 8)) : (escapes[escaped] ?? escaped),
  );
}

function refuse(what: string): ConfigurationError {
  return new ConfigurationError(`sasl.jaas.config ${what}. Write it as: ${form}`);
}
