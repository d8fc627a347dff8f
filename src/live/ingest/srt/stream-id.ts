/** What senders write into SRT's stream id to name their stream and its key. */

export interface WantedStream {
  readonly stream: string;
  /** Empty where none is given. */
  readonly key: string;
  /** False: the caller wants to watch, or to send a file. */
  readonly wantsToPublish: boolean;
}

/**
 * Reads `STREAM?key=KEY`, `live/STREAM?key=KEY` (as in the address of RTMP), `publish:STREAM:KEY`, `publish:STREAM:USER:KEY` (as other servers have it), and the syntax of SRT's access control,
 * `#!::r=STREAM,s=KEY,m=publish`, in which `key=KEY` and `r=STREAM?key=KEY` are known too. A leading `/` counts for nothing. Undefined where no stream is named.
 */
export function parseStreamId(text: string): WantedStream | undefined {
  const id = text.trim();
  const wanted = id.startsWith('#!::') ? fromPairs(id.slice(4)) : fromPlain(id);
  return wanted.stream === '' ? undefined : wanted;
}

function fromPairs(text: string): WantedStream {
  const pairs = new Map(text.split(',').map(pairOf));
  const resource = fromResource(pairs.get('r') ?? '');
  const mode = pairs.get('m') ?? 'publish';
  const type = pairs.get('t') ?? 'stream';
  return {
    stream: resource.stream,
    key: pairs.get('key') ?? pairs.get('s') ?? resource.key,
    wantsToPublish: mode === 'publish' && type === 'stream',
  };
}

/** A value may have `=` in it. */
function pairOf(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at === -1 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function fromPlain(text: string): WantedStream {
  const word = /^(publish|read|request|play):(.*)$/s.exec(text);
  if (word === null) return { ...fromResource(text), wantsToPublish: true };
  const [, mode, rest = ''] = word;
  const [name = '', ...behind] = rest.split(':');
  const resource = fromResource(name);
  return {
    stream: resource.stream,
    key: behind.at(-1) ?? resource.key,
    wantsToPublish: mode === 'publish',
  };
}

function fromResource(text: string): { readonly stream: string; readonly key: string } {
  const [path = '', ...query] = text.split('?');
  const pairs = new Map(query.join('?').split('&').map(pairOf));
  return { stream: path.replace(/^\/?(?:live\/)?/, ''), key: unescaped(pairs.get('key') ?? '') };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
