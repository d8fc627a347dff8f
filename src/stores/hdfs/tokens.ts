/** Delegation tokens, as Hadoop's own tools leave them. Pure. */

/** Kinds that a namenode takes. */
const kinds = /^(?:HDFS_DELEGATION_TOKEN|S?WEBHDFS delegation)$/;

/**
 * The token of a namenode in a file of tokens, as it stands in a request. Either the file is what `hdfs fetchdt` and YARN write
 * (`org.apache.hadoop.security.Credentials`: `HDTS`, a version, then tokens with an alias each), or the token's text alone. Of several
 * the one whose service names one of `namenodes` is meant, else the first. Undefined when there is none, or none that can be read.
 */
export function tokenOf(file: Uint8Array, namenodes: readonly string[]): string | undefined {
  if (Buffer.from(file.subarray(0, 4)).toString('latin1') !== 'HDTS') return textToken(file);
  // Version 1 is of protocol buffers, which nobody writes unless told to.
  if (file[4] !== 0) return undefined;
  const reader = new Fields(file, 5);
  const found: { readonly text: string; readonly service: string }[] = [];
  try {
    for (let left = reader.number(); left > 0; left--) {
      reader.bytes();
      const start = reader.at;
      reader.bytes();
      reader.bytes();
      const [kind, service] = [reader.text(), reader.text()];
      const text = Buffer.from(file.subarray(start, reader.at)).toString('base64url');
      if (kinds.test(kind)) found.push({ text, service });
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const hosts = namenodes.map((one) => one.replace(/:\d+$/, ''));
  const isMeant = ({ service }: { service: string }): boolean =>
    hosts.some((host) => service.replace(/^.*:(?=[^:]+:\d+$)/, '').replace(/:\d+$/, '') === host);
  return (found.find(isMeant) ?? found[0])?.text;
}

function textToken(file: Uint8Array): string | undefined {
  const text = Buffer.from(file).toString('latin1').trim();
  return /^[\w-]{8,}$/.test(text) ? text : undefined;
}

/** What Hadoop's `Writable`s are written with. */
class Fields {
  readonly #file: Uint8Array;
  at: number;

  constructor(file: Uint8Array, at: number) {
    this.#file = file;
    this.at = at;
  }

  /** `WritableUtils.readVInt`: one byte from -112 to 127 is itself; below, it says how many bytes follow, big-endian. */
  number(): number {
    const [first] = this.#take(1);
    const signed = (first! << 24) >> 24;
    if (signed >= -112) return signed;
    // Negative numbers are no lengths.
    if (signed < -120) throw new RangeError('a length below nothing');
    return this.#take(-112 - signed).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  bytes(): Uint8Array {
    return this.#take(this.number());
  }

  text(): string {
    return Buffer.from(this.bytes()).toString();
  }

  #take(count: number): Uint8Array {
    const end = this.at + count;
    if (count < 0 || end > this.#file.length) throw new RangeError('it ends too early');
    const bytes = this.#file.subarray(this.at, end);
    this.at = end;
    return bytes;
  }
}
