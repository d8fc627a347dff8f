/**
 * The head of a plain request of HTTP/1.1, read strictly: what is not exactly of the form below is left to Node's own parser, which
 * answers it or refuses it. So two parsers cannot disagree on where a request ends (RFC 9112, 11.2). Pure.
 */

import { detached } from '../detached.ts';
import { limits } from '../options.ts';

/** A GET or HEAD without a body, on a connection that stays open. */
export interface PlainRequest {
  readonly method: 'GET' | 'HEAD';
  readonly url: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
}

const requestLine = /^(GET|HEAD) (\/[!-~]*) HTTP\/1\.1$/;
/**
 * RFC 9110, 5.1 and 5.5: a token, and what may stand in a value. Blanks around the value are taken off by hand: a pattern that does it
 * tries every way to share them out, and a header of 2,000 blanks then takes 16 seconds.
 */
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t -~\x80-\xff]*)$/;
/** With one of these a request is more than its head, or more than a question. */
const notPlain = [
  'content-length',
  'transfer-encoding',
  'upgrade',
  'expect',
  'http2-settings',
  'trailer',
  'te',
  // Node's parser heeds it like Connection.
  'proxy-connection',
];

/** Header lines that are remembered: so many blocks of them, none longer than so many bytes. Players send less than half of it. */
const remembered = { blocks: 1000, bytes: 2048 } as const;

/**
 * Reads heads, and remembers their header lines: a player sends the same ones with every request, so that all but the first
 * line costs a look into a map.
 */
export class RequestHeads {
  readonly #blocks = new Map<string, readonly string[] | undefined>();

  /** Undefined: not plain, not complete, more than one, or too long. */
  read(bytes: Buffer): PlainRequest | undefined {
    if (bytes.length > limits.headerBytes) return undefined;
    const end = bytes.indexOf('\r\n\r\n');
    if (end === -1 || end !== bytes.length - 4) return undefined;
    const text = bytes.toString('latin1', 0, end);
    const lineEnd = text.indexOf('\r\n');
    const line = requestLine.exec(lineEnd === -1 ? text : text.slice(0, lineEnd));
    if (line === null || lineEnd === -1) return undefined;
    const rawHeaders = this.#headers(text.slice(lineEnd + 2));
    if (rawHeaders === undefined) return undefined;
    return { method: line[1] as PlainRequest['method'], url: line[2]!, rawHeaders };
  }

  #headers(block: string): readonly string[] | undefined {
    if (block.length > remembered.bytes) return parseHeaders(block);
    const known = this.#blocks.get(block);
    if (known !== undefined || this.#blocks.has(block)) return known;
    if (this.#blocks.size >= remembered.blocks) this.#blocks.clear();
    const own = detached(block);
    const headers = parseHeaders(own);
    this.#blocks.set(own, headers);
    return headers;
  }
}

function parseHeaders(block: string): readonly string[] | undefined {
  const headers: string[] = [];
  let hosts = 0;
  for (const line of block.split('\r\n')) {
    const match = headerLine.exec(line);
    if (match === null) return undefined;
    const [, written = '', blanks = ''] = match;
    const value = withoutBlanks(blanks);
    const name = written.toLowerCase();
    if (notPlain.includes(name)) return undefined;
    if (name === 'connection' && value.toLowerCase() !== 'keep-alive') return undefined;
    if (name === 'host') hosts += 1;
    headers.push(written, value);
  }
  return hosts === 1 ? headers : undefined;
}

/** Without spaces and tabs around it; other blanks belong to the value. */
function withoutBlanks(text: string): string {
  const isBlank = (at: number): boolean => text[at] === ' ' || text[at] === '\t';
  let [from, to] = [0, text.length];
  while (from < to && isBlank(from)) from += 1;
  while (to > from && isBlank(to - 1)) to -= 1;
  return text.slice(from, to);
}
