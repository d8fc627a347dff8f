/** Reads the attributes of files that are to be sent, a few files at a time, and tells what does not go with them. */
import type { Source, SourceFile } from '../../stores/contract.ts';
import type { UploadEvent } from '../shared/events.ts';
import { fitAttributes } from './fit-attributes.ts';

/** Files whose attributes are read before no more are asked for. */
const most = 256;

export interface AttributedOptions {
  readonly source: Source;
  /** Bytes of the largest record now. */
  readonly limit: () => number;
  readonly onEvent: (event: UploadEvent) => void;
}

export class Attributed {
  readonly #options: AttributedOptions;
  #reading = 0;

  constructor(options: AttributedOptions) {
    this.#options = options;
  }

  get hasRoom(): boolean {
    return this.#reading < most;
  }

  /** The file with its attributes. Rejects with the system's error. */
  async of(file: SourceFile): Promise<SourceFile> {
    const { source, limit, onEvent } = this.#options;
    if (source.attributes === undefined) return file;
    this.#reading++;
    try {
      const { attributes: found, unread } = await source.attributes(file);
      const { attributes, left } = fitAttributes(found, limit());
      if (left.length > 0)
        onEvent({
          type: 'warning',
          message: `${file.path}: there is no room in a record for these attributes, which are left out: ${left.join(', ')}`,
        });
      if (unread.length > 0)
        onEvent({
          type: 'warning',
          message: `${file.path}: these attributes cannot be read, and are left out: ${unread.join(', ')}`,
        });
      return { ...file, attributes };
    } finally {
      this.#reading--;
    }
  }
}
