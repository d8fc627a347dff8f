/** AMF0 (Action Message Format, Adobe, 2007): values of RTMP's commands, as bytes. Pure. */
import { FormatError } from '../../../errors.ts';

/** XML, typed objects and the like become what is nearest; references, which no sender has, are none. */
export type AmfValue =
  | number
  | boolean
  | string
  | null
  | undefined
  | readonly AmfValue[]
  | { readonly [name: string]: AmfValue };

/** What a command may hold at the most. */
const deepest = 8;
const mostValues = 512;

const markers = {
  number: 0,
  boolean: 1,
  string: 2,
  object: 3,
  null: 5,
  undefined: 6,
  ecmaArray: 8,
  objectEnd: 9,
  strictArray: 10,
  date: 11,
  longString: 12,
  unsupported: 13,
  xml: 15,
  typedObject: 16,
} as const;

/** All values of a message. Throws FormatError for bytes that are none, that are too many, and that are too deep. */
export function decodeAmf(bytes: Buffer): AmfValue[] {
  const reader = new Reader(bytes);
  const values: AmfValue[] = [];
  while (!reader.isAtEnd) values.push(reader.value(0));
  return values;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  #values = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Section 2: a marker of one byte, and what it says. */
  value(depth: number): AmfValue {
    this.#values += 1;
    if (this.#values > mostValues) throw new FormatError(`AMF0: more than ${mostValues} values`);
    if (depth > deepest) throw new FormatError(`AMF0: values within values, more than ${deepest} deep`);
    const marker = this.#take(1).readUInt8();
    switch (marker) {
      case markers.number:
        return this.#take(8).readDoubleBE();
      case markers.boolean:
        return this.#take(1).readUInt8() !== 0;
      case markers.string:
        return this.#text(this.#take(2).readUInt16BE());
      case markers.longString:
      case markers.xml:
        return this.#text(this.#take(4).readUInt32BE());
      case markers.object:
        return this.#properties(depth);
      case markers.typedObject:
        this.#text(this.#take(2).readUInt16BE());
        return this.#properties(depth);
      case markers.ecmaArray:
        // The number of properties that it announces is often wrong; they end as an object's do.
        this.#take(4);
        return this.#properties(depth);
      case markers.strictArray:
        return this.#list(this.#take(4).readUInt32BE(), depth);
      case markers.date: {
        const date = this.#take(8).readDoubleBE();
        this.#take(2);
        return date;
      }
      case markers.null:
        return null;
      case markers.undefined:
      case markers.unsupported:
        return undefined;
      default:
        throw new FormatError(`AMF0: marker ${marker} is none that commands have`);
    }
  }

  #properties(depth: number): AmfValue {
    const found: [string, AmfValue][] = [];
    for (;;) {
      const name = this.#text(this.#take(2).readUInt16BE());
      if (name === '' && this.#bytes[this.#at] === markers.objectEnd) {
        this.#at += 1;
        return Object.fromEntries(found);
      }
      found.push([name, this.value(depth + 1)]);
    }
  }

  #list(count: number, depth: number): AmfValue {
    const found: AmfValue[] = [];
    for (let index = 0; index < count; index += 1) found.push(this.value(depth + 1));
    return found;
  }

  #text(length: number): string {
    return this.#take(length).toString('utf8');
  }

  #take(length: number): Buffer {
    const from = this.#at;
    if (length > this.#bytes.length - from) throw new FormatError('AMF0: it ends within a value');
    this.#at += length;
    return this.#bytes.subarray(from, from + length);
  }
}

/** The values of a message, one after the other. Strings longer than 65,535 bytes are cut. */
export function encodeAmf(values: readonly AmfValue[]): Buffer {
  return Buffer.concat(values.flatMap(pieces));
}

function pieces(value: AmfValue): Buffer[] {
  if (value === undefined) return [Buffer.from([markers.undefined])];
  if (value === null) return [Buffer.from([markers.null])];
  if (typeof value === 'boolean') return [Buffer.from([markers.boolean, value ? 1 : 0])];
  if (typeof value === 'string') return [Buffer.from([markers.string]), name(value)];
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9);
    bytes.writeDoubleBE(value, 1);
    return [bytes];
  }
  if (isList(value)) {
    const head = Buffer.alloc(5, markers.strictArray);
    head.writeUInt32BE(value.length, 1);
    return [head, ...value.flatMap(pieces)];
  }
  const properties = Object.entries(value).flatMap(([key, each]) => [name(key), ...pieces(each)]);
  return [Buffer.from([markers.object]), ...properties, Buffer.from([0, 0, markers.objectEnd])];
}

function isList(value: object): value is readonly AmfValue[] {
  return Array.isArray(value);
}

function name(text: string): Buffer {
  const bytes = Buffer.from(text).subarray(0, 0xffff);
  const head = Buffer.alloc(2);
  head.writeUInt16BE(bytes.length);
  return Buffer.concat([head, bytes]);
}
