/** What stands beside the bytes of a file, asked for and given: its time, its permissions, what it says of itself, its checksum. */
import type { Notices } from '../notices.ts';
import type { Metadata } from '../objects/contract.ts';
import { isCode } from '../store-fault.ts';
import { attributeName, attributeValue, lookOfMetadata } from './attributes.ts';
import type { SaidChecksum } from './checksum.ts';
import type { HdfsClient } from './client.ts';
import type { FileStatus } from './status.ts';

export class FileFacts {
  readonly #hdfs: HdfsClient;
  readonly #notices: Notices;

  constructor(hdfs: HdfsClient, notices: Notices) {
    this.#hdfs = hdfs;
    this.#notices = notices;
  }

  /** Undefined where the server has none. */
  async checksum(path: string): Promise<SaidChecksum | undefined> {
    const asked = { method: 'GET', op: 'GETFILECHECKSUM', path, doing: 'compare' } as const;
    try {
      const answer = await this.#hdfs.text(asked);
      return (JSON.parse(answer) as { FileChecksum?: SaidChecksum }).FileChecksum;
    } catch (error) {
      if (isCode(error, 'ENOSYS') || isCode(error, 'ENOTSUP') || error instanceof SyntaxError)
        return undefined;
      throw error;
    }
  }

  /** Gives a file its time, its permissions and what it says of itself, as far as they are known. */
  async describe(path: string, status: FileStatus, metadata: Metadata): Promise<FileStatus> {
    if (Object.keys(metadata).length === 0) return status;
    const { modificationTime = status.modificationTime, permission = status.permission } =
      lookOfMetadata(metadata);
    const put = { method: 'PUT', path, doing: 'describe' } as const;
    const parameters = {
      ...{ 'xattr.name': attributeName, 'xattr.value': attributeValue(metadata, modificationTime) },
      flag: 'CREATE,REPLACE',
    };
    const times = { modificationtime: String(modificationTime) };
    await Promise.all([
      modificationTime !== status.modificationTime &&
        this.#hdfs.json({ ...put, op: 'SETTIMES', parameters: times }),
      permission !== status.permission &&
        this.#hdfs.json({ ...put, op: 'SETPERMISSION', parameters: { permission } }),
      this.#hdfs
        .json({ ...put, op: 'SETXATTR', parameters })
        .catch((error) => this.#withoutAttributes(error)),
    ]);
    return { ...status, modificationTime, permission };
  }

  async attribute(path: string): Promise<string | undefined> {
    const parameters = { 'xattr.name': attributeName, encoding: 'base64' };
    const asked = { method: 'GET', op: 'GETXATTRS', path, doing: 'look at', parameters } as const;
    try {
      const { XAttrs } = await this.#hdfs.json<{ XAttrs: readonly { value?: string }[] }>(asked);
      return XAttrs[0]?.value;
    } catch (error) {
      if (!isCode(error, 'ENODATA')) this.#withoutAttributes(error);
      return undefined;
    }
  }

  #withoutAttributes(error: unknown): void {
    if (!isCode(error, 'ENOTSUP') && !isCode(error, 'ENOSYS')) throw error;
    this.#notices.say(
      'attributes',
      `${this.#hdfs.place.url} takes no extended attributes (dfs.namenode.xattrs.enabled): which version a file is cannot be noted, so that each one that stands there is read to see what it is, and an older version may replace a newer one`,
    );
  }
}
