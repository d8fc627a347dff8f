/** What the contract's tests of a sink stand on. */
import type { TestContext } from 'node:test';
import { digestOf } from '../../../src/records/checksum.ts';
import type { PartOf, Published, Sink } from '../../../src/stores/contract.ts';

/** A place for sinks, and a look at what stands there. */
export interface SinkGround {
  /** Opens the sink; only one is open at a time, or one for each downloader's name, where what each remembers is its own. */
  open(reader?: string): Promise<Sink>;
  /** What stands under a name. */
  read(
    target: string,
  ): Promise<{ readonly bytes: Buffer; readonly mode: number; readonly inode: string } | undefined>;
  /** Changes a file behind the sink's back. */
  write(target: string, text: string): Promise<void>;
  remove(target: string): Promise<void>;
  /** The ids of the temporary files that are there. */
  parts(): Promise<string[]>;
  /** What is not completed cannot be ended: nobody sees it, and it goes by itself. */
  readonly partsStay?: boolean;
  /** Removes a temporary file behind the sink's back, or leaves so many bytes of it, where it is a file. */
  cutPart(upload: string, length?: number): Promise<void>;
  /** Bytes of an upload of which a half is seen by {@link parts}. Default: a few. */
  readonly large?: number;
  /** What a run that was killed had begun ends by itself, unseen, and not by the next start. */
  readonly expires?: boolean;
  /** What came of an upload is no next run's to go on with. */
  readonly beginsAnew?: boolean;
  /** Changes the first byte of a temporary file in place; where it is none, nobody can. */
  changePart?(upload: string): Promise<void>;
}

export type OpenSinkGround = (t: TestContext) => Promise<SinkGround>;

/** How the files of these tests are to look. */
export const look = { mtime: '1700000000123456000', mode: 0o640 };

/** What is to become of an upload of these tests. */
export function partOf(target: string, text: string): PartOf {
  return { target, size: Buffer.byteLength(text) };
}

/** The id of an upload. */
export function id(number: number): string {
  return number.toString(16).padStart(32, '0');
}

/** What a sink is told of a file with this text. */
export function publishedAs(text: string, upload: string = id(1)): Published {
  return { upload, size: Buffer.byteLength(text), digest: digestOf('md5', Buffer.from(text)) };
}
