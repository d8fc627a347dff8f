/** Blocks of blobs that are not committed: requests, one try each. */
import { randomBytes } from 'node:crypto';
import type { StandingPart } from '../objects/contract.ts';
import { isCode, StoreFault } from '../store-fault.ts';
import { blockId, lengthBeside } from './block-ids.ts';
import type { AzureStore } from './client.ts';
import { azureCrc64 } from './crc64.ts';

export class AzureBlocks {
  readonly #store: AzureStore;
  /** Of uploads beside which blocks of somebody else stand: how long ids have to be. */
  readonly #lengths = new Map<string, number>();

  constructor(store: AzureStore) {
    this.#store = store;
  }

  /** An id of an upload; nothing is asked for it. */
  newUpload(): string {
    return randomBytes(16).toString('hex');
  }

  /** The server refuses a block that arrives with other bytes than were sent. */
  async stage(key: string, upload: string, number: number, bytes: Uint8Array): Promise<StandingPart> {
    const checksum = azureCrc64(bytes);
    const stage = async (id: string): Promise<StandingPart> => {
      await this.#store.tell(`write part ${number} of`, key, (container) =>
        container
          .getBlockBlobClient(key)
          .stageBlock(id, bytes, bytes.length, { transactionalContentCrc64: checksum }),
      );
      return { number, tag: id, checksum: checksum.toString('base64') };
    };
    try {
      return await stage(blockId(upload, number, this.#lengths.get(upload)));
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
      const length = lengthBeside(await this.#uncommitted(key));
      // Whatever it is that stands there, it is about this one name.
      if (length === undefined)
        throw new StoreFault((error as Error).message, { scope: 'name', code: 'EINVAL', cause: error });
      this.#lengths.set(upload, length);
      return stage(blockId(upload, number, length));
    }
  }

  /** False when the block is known to stand there no more, uncommitted. */
  async stands(key: string, { tag }: StandingPart): Promise<boolean> {
    try {
      return (await this.#uncommitted(key)).includes(tag);
    } catch (error) {
      return !isCode(error, 'ENOENT');
    }
  }

  forget(upload: string): void {
    this.#lengths.delete(upload);
  }

  async #uncommitted(key: string): Promise<string[]> {
    const { uncommittedBlocks = [] } = await this.#store.ask(
      'look at what was written of',
      key,
      (container) => container.getBlockBlobClient(key).getBlockList('uncommitted'),
    );
    return uncommittedBlocks.map(({ name }) => name);
  }
}
