/** Which stream a sender names, and by which key: `rtmp://HOST/live/STREAM?key=KEY`, however its program parts that. Pure. */

export interface NamedStream {
  readonly app: string;
  readonly stream: string;
  /** Empty: none was given. */
  readonly key: string;
}

/**
 * `app`: of the command `connect`, all of the address between host and stream; `name`: of the command `publish`. A key may stand behind either, for
 * some programs have one field for the whole address and some have two.
 */
export function namedStream(app: string, name: string): NamedStream {
  const [path, pathQuery] = parted(app);
  const [stream, streamQuery] = parted(name);
  const key = keyIn(streamQuery) ?? keyIn(pathQuery) ?? '';
  return { app: withoutSlashes(path), stream: decoded(withoutSlashes(stream)), key };
}

/** Before and behind. A regular expression looks at the rest anew at each slash: one name of strangers kept everybody waiting for seconds. */
function withoutSlashes(text: string): string {
  let [from, to] = [0, text.length];
  while (text[from] === '/') from += 1;
  while (text[to - 1] === '/') to -= 1;
  return text.slice(from, to);
}

function parted(text: string): readonly [before: string, query: string] {
  const at = text.indexOf('?');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function keyIn(query: string): string | undefined {
  const pair = query.split('&').find((one) => one.startsWith('key='));
  return pair === undefined ? undefined : decoded(pair.slice(4));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
