/** The checksum that HDFS gives of a whole file, made here of the bytes that were sent. Pure. */
import { createHash, type Hash } from 'node:crypto';
import { crc32c } from '@node-rs/crc32';

/** `FileChecksum` of WebHDFS. */
export interface SaidChecksum {
  readonly algorithm: string;
  /** Hexadecimal, and longer than the checksum. */
  readonly bytes: string;
}

/** Bytes that each of a file's checksums stands for, unless the cluster says otherwise. */
const chunkBytes = 512;
/** What stands before the MD5, in bytes: how many bytes a checksum is for, and how many checksums a block has. */
const header = 4 + 8;

/**
 * By default HDFS gives MD5 of the MD5s of each block's CRC32Cs, one for each 512 bytes (`MD5-of-0MD5-of-512CRC32C`), as they stand beside
 * the blocks; or, where it is told to, the CRC32C of all (`COMPOSITE-CRC32C`). Blocks follow from the size of one, however often a file was
 * appended to.
 */
export class FileChecksum {
  readonly #blockSize: number;
  #blockMd5s = Buffer.alloc(0);
  #block: Hash = createHash('md5');
  #inBlock = 0;
  /** Of a chunk that is not full yet. */
  #crc = 0;
  #inChunk = 0;
  #whole = 0;

  constructor(blockSize: number) {
    this.#blockSize = blockSize;
  }

  /** The next bytes. */
  update(bytes: Uint8Array): this {
    this.#whole = crc32c(bytes, this.#whole);
    for (let at = 0; at < bytes.length; ) {
      const room = Math.min(bytes.length - at, this.#blockSize - this.#inBlock);
      this.#inOneBlock(bytes.subarray(at, at + room));
      at += room;
      if (this.#inBlock === this.#blockSize) this.#endBlock();
    }
    return this;
  }

  /** Whether the store has these bytes; undefined where it says nothing that could be compared. To be asked once, at the end. */
  agrees({ algorithm, bytes }: SaidChecksum): boolean | undefined {
    if (algorithm === 'COMPOSITE-CRC32C')
      return bytes.slice(0, 8) === (this.#whole >>> 0).toString(16).padStart(8, '0');
    if (!new RegExp(`^MD5-of-\\d+MD5-of-${chunkBytes}CRC32C$`).test(algorithm)) return undefined;
    return bytes.slice(header * 2, header * 2 + 32) === this.text();
  }

  /**
   * The MD5 of MD5s, hexadecimal; no bytes come behind it. Hadoop takes its buffer whole, with what is not filled: 32 bytes, or twice as many
   * until all MD5s have room.
   */
  text(): string {
    if (this.#inBlock > 0) this.#endBlock();
    let room = 32;
    while (room < this.#blockMd5s.length) room *= 2;
    const hash = createHash('md5').update(this.#blockMd5s);
    return hash.update(Buffer.alloc(room - this.#blockMd5s.length)).digest('hex');
  }

  #inOneBlock(bytes: Uint8Array): void {
    const crcs = Buffer.alloc(4 * Math.ceil((this.#inChunk + bytes.length) / chunkBytes));
    let written = 0;
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(bytes.length, at + chunkBytes - this.#inChunk);
      this.#crc = crc32c(bytes.subarray(at, end), this.#crc);
      this.#inChunk += end - at;
      at = end;
      if (this.#inChunk < chunkBytes) break;
      written = crcs.writeUInt32BE(this.#crc >>> 0, written);
      this.#crc = this.#inChunk = 0;
    }
    this.#block.update(crcs.subarray(0, written));
    this.#inBlock += bytes.length;
  }

  #endBlock(): void {
    if (this.#inChunk > 0) {
      const crc = Buffer.alloc(4);
      crc.writeUInt32BE(this.#crc >>> 0);
      this.#block.update(crc);
    }
    this.#blockMd5s = Buffer.concat([this.#blockMd5s, this.#block.digest()]);
    this.#block = createHash('md5');
    this.#inBlock = this.#inChunk = this.#crc = 0;
  }
}
