/** What the source has had: every version of every path, also those that stood there for a moment while a file was being written. */
import { createHash } from 'node:crypto';

/** A file as it stands somewhere: SHA-256 in hexadecimal digits. */
export interface Look {
  readonly size: number;
  readonly digest: string;
}

/** Bytes that grew: each length from `from` on was one of them. */
interface Version {
  readonly bytes: Buffer;
  readonly from: number;
  readonly digests: Map<number, string>;
}

export class SourceModel {
  /** Files whose names are not UTF-8, as they are told. */
  readonly misnamed: Set<string> = new Set();
  readonly #now = new Map<string, Version>();
  readonly #versions = new Map<string, Version[]>();

  /** Paths of the files that stand there now. */
  get paths(): string[] {
    return [...this.#now.keys()];
  }

  /** All paths there ever were. */
  get known(): string[] {
    return [...this.#versions.keys()];
  }

  bytes(path: string): Buffer | undefined {
    return this.#now.get(path)?.bytes;
  }

  /** From now on the path has these bytes, and had had each of their beginnings that is not shorter than `from`. */
  set(path: string, bytes: Buffer, from: number = bytes.length): void {
    const version = { bytes, from, digests: new Map<number, string>() };
    this.#now.set(path, version);
    this.#versions.set(path, [...(this.#versions.get(path) ?? []), version]);
  }

  remove(path: string): void {
    this.#now.delete(path);
  }

  /** A folder has gone, or has another path now. */
  moveMisnamed(from: string, to?: string): void {
    for (const path of [...this.misnamed].filter((one) => one.startsWith(`${from}/`))) {
      this.misnamed.delete(path);
      if (to !== undefined) this.misnamed.add(to + path.slice(from.length));
    }
  }

  /** The files that stand in a folder, or the file of that very name. */
  under(path: string): string[] {
    return this.paths.filter((one) => one === path || one.startsWith(`${path}/`));
  }

  /** How a file stands there now. */
  look(path: string): Look | undefined {
    const version = this.#now.get(path);
    return version && { size: version.bytes.length, digest: digestOf(version, version.bytes.length) };
  }

  /** True when the path ever had these bytes. */
  had(path: string, { size, digest }: Look): boolean {
    return (this.#versions.get(path) ?? []).some((version) => {
      return version.from <= size && size <= version.bytes.length && digestOf(version, size) === digest;
    });
  }
}

function digestOf({ bytes, digests }: Version, size: number): string {
  let digest = digests.get(size);
  if (digest === undefined) {
    digest = createHash('sha256').update(bytes.subarray(0, size)).digest('hex');
    digests.set(size, digest);
  }
  return digest;
}
