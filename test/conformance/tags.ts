/**
 * A strict reader of playlist lines, by RFC 8216bis alone: it shares nothing with what writes our playlists, and forgives nothing.
 * Pure: text in, tags and complaints out.
 */

/** A line of a playlist: a tag, or a URI (then `name` is empty). */
export interface Line {
  readonly number: number;
  readonly name: string;
  /** What stands behind the colon; of a URI, the line. */
  readonly value: string;
  readonly attributes: ReadonlyMap<string, string>;
}

export interface ReadLines {
  readonly lines: readonly Line[];
  readonly complaints: readonly string[];
}

type Form = 'none' | 'integer' | 'float' | 'extinf' | 'date' | 'text' | Attributes;

/** Attribute names and the form of their values (4.2). A `!` before the form: required. */
type Attributes = Readonly<Record<string, string>>;

const forms: Readonly<Record<string, Form>> = {
  EXTM3U: 'none',
  'EXT-X-VERSION': 'integer',
  'EXT-X-INDEPENDENT-SEGMENTS': 'none',
  'EXT-X-START': { 'TIME-OFFSET': '!signed', PRECISE: 'enum' },
  'EXT-X-TARGETDURATION': 'integer',
  'EXT-X-MEDIA-SEQUENCE': 'integer',
  'EXT-X-DISCONTINUITY-SEQUENCE': 'integer',
  'EXT-X-ENDLIST': 'none',
  'EXT-X-PLAYLIST-TYPE': 'text',
  'EXT-X-PART-INF': { 'PART-TARGET': '!float' },
  'EXT-X-SERVER-CONTROL': {
    'CAN-SKIP-UNTIL': 'float',
    'CAN-SKIP-DATERANGES': 'enum',
    'HOLD-BACK': 'float',
    'PART-HOLD-BACK': 'float',
    'CAN-BLOCK-RELOAD': 'enum',
  },
  EXTINF: 'extinf',
  'EXT-X-DISCONTINUITY': 'none',
  'EXT-X-MAP': { URI: '!string', BYTERANGE: 'string' },
  'EXT-X-PROGRAM-DATE-TIME': 'date',
  'EXT-X-GAP': 'none',
  'EXT-X-PART': {
    URI: '!string',
    DURATION: '!float',
    INDEPENDENT: 'enum',
    BYTERANGE: 'string',
    GAP: 'enum',
  },
  'EXT-X-SKIP': { 'SKIPPED-SEGMENTS': '!integer', 'RECENTLY-REMOVED-DATERANGES': 'string' },
  'EXT-X-PRELOAD-HINT': {
    TYPE: '!enum',
    URI: '!string',
    'BYTERANGE-START': 'integer',
    'BYTERANGE-LENGTH': 'integer',
  },
  'EXT-X-RENDITION-REPORT': { URI: '!string', 'LAST-MSN': 'integer', 'LAST-PART': 'integer' },
  'EXT-X-STREAM-INF': {
    BANDWIDTH: '!integer',
    'AVERAGE-BANDWIDTH': 'integer',
    SCORE: 'float',
    CODECS: 'string',
    'SUPPLEMENTAL-CODECS': 'string',
    RESOLUTION: 'resolution',
    'FRAME-RATE': 'float',
    'HDCP-LEVEL': 'enum',
    'VIDEO-RANGE': 'enum',
    AUDIO: 'string',
    VIDEO: 'string',
    SUBTITLES: 'string',
    'CLOSED-CAPTIONS': 'string',
  },
  'EXT-X-MEDIA': {
    TYPE: '!enum',
    'GROUP-ID': '!string',
    NAME: '!string',
    URI: 'string',
    LANGUAGE: 'string',
    DEFAULT: 'enum',
    AUTOSELECT: 'enum',
    FORCED: 'enum',
    CHANNELS: 'string',
  },
};

const values: Readonly<Record<string, RegExp>> = {
  integer: /^\d{1,20}$/,
  float: /^\d+(?:\.\d+)?$/,
  signed: /^-?\d+(?:\.\d+)?$/,
  string: /^"[^"\r\n]*"$/,
  enum: /^[^",\s]+$/,
  resolution: /^\d+x\d+$/,
  date: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$/,
  extinf: /^\d+(?:\.\d+)?,[^\r\n]*$/,
  text: /^\S+$/,
  none: /^$/,
};

export function readLines(text: string): ReadLines {
  const complaints: string[] = [];
  if (!text.startsWith('#EXTM3U\n') && !text.startsWith('#EXTM3U\r\n'))
    complaints.push('does not begin with #EXTM3U');
  if (text.charCodeAt(0) === 0xfeff) complaints.push('begins with a byte order mark');
  if (!text.endsWith('\n')) complaints.push('its last line does not end');
  const lines: Line[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const complain = (what: string) => complaints.push(`line ${index + 1}: ${what}: ${line}`);
    if (line === '') continue;
    if (!line.startsWith('#')) {
      if (/\s/.test(line)) complain('white space in a URI');
      lines.push({ number: index + 1, name: '', value: line, attributes: new Map() });
    } else if (line.startsWith('#EXT')) lines.push(readTag(line, index + 1, complain));
  }
  return { lines, complaints };
}

function readTag(line: string, number: number, complain: (what: string) => void): Line {
  const colon = line.indexOf(':');
  const name = colon === -1 ? line.slice(1) : line.slice(1, colon);
  const value = colon === -1 ? '' : line.slice(colon + 1);
  const form = Object.hasOwn(forms, name) ? forms[name]! : undefined;
  const isList = typeof form === 'object';
  if (form === undefined) complain('unknown tag');
  else if (!isList && !values[form]!.test(value)) complain(`its value is no ${form}`);
  const attributes = isList ? readAttributes(value, form, complain) : new Map<string, string>();
  return { number, name, value, attributes };
}

/** 4.2: names once each, values of their form, nothing between. */
function readAttributes(
  text: string,
  form: Attributes,
  complain: (what: string) => void,
): Map<string, string> {
  const attributes = new Map<string, string>();
  const pair = /([A-Z0-9-]+)=("[^"]*"|[^",]*)(,|$)/y;
  while (pair.lastIndex < text.length) {
    const [, name = '', value = ''] = pair.exec(text) ?? [];
    if (name === '') {
      complain('no list of attributes');
      break;
    }
    if (attributes.has(name)) complain(`${name} stands twice`);
    const expected = form[name]?.replace('!', '');
    if (expected === undefined) complain(`${name} does not belong here`);
    else if (!values[expected]!.test(value)) complain(`${name} is no ${expected}`);
    attributes.set(name, value.replace(/^"(.*)"$/, '$1'));
  }
  if (text.endsWith(',')) complain('a comma at its end');
  for (const [name, expected] of Object.entries(form)) {
    if (expected.startsWith('!') && !attributes.has(name)) complain(`${name} is missing`);
  }
  return attributes;
}
