/**
 * Resumable uploads by the rules of Google Cloud Storage, before a fake-gcs-server: its own take a question for an upload's state as its
 * end and make an object of what came so far, put a part that is sent twice there twice, and forget nothing that is cancelled.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32c } from '@node-rs/crc32';
import { checksumText } from '../../src/stores/objects/crc32c-text.ts';

const unit = 256 * 1024;

interface Session {
  readonly bucket: string;
  /** What it was begun with: the object to be, and the query of the request. */
  readonly described: { readonly name: string; readonly contentType?: string };
  readonly query: URLSearchParams;
  bytes: Buffer[];
  has: number;
  /** The answer that it ended with. */
  ended: { readonly status: number; readonly body: string } | undefined;
}

/** Puts a whole object into the server behind; resolves with its answer. */
export type PutWhole = (
  path: string,
  type: string,
  body: Buffer,
) => Promise<{ status: number; body: string }>;

export class GcsSessions {
  readonly #open = new Map<string, Session>();
  readonly #put: PutWhole;

  constructor(put: PutWhole) {
    this.#put = put;
  }

  /** Names of the objects that uploads are open to. */
  keys(bucket: string): string[] {
    const open = [...this.#open.values()].filter((one) => one.bucket === bucket && one.ended === undefined);
    return open.map(({ described }) => described.name);
  }

  /** Ends all uploads to a bucket behind their owners' backs, as a week does. */
  expire(bucket: string): void {
    for (const [id, session] of this.#open) if (session.bucket === bucket) this.#open.delete(id);
  }

  /** Answers what is about uploads; false for all else. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const bucket = /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/.exec(url.pathname)?.[1];
    if (bucket === undefined || url.searchParams.get('uploadType') !== 'resumable') return false;
    const id = url.searchParams.get('upload_id');
    if (id === null) await this.#begin(bucket, url, request, response);
    else await this.#go(id, request, response);
    return true;
  }

  async #begin(bucket: string, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const described = JSON.parse(String(Buffer.concat(await Array.fromAsync(request))));
    const id = randomBytes(16).toString('hex');
    this.#open.set(id, {
      bucket,
      described,
      query: url.searchParams,
      bytes: [],
      has: 0,
      ended: undefined,
    });
    const to = new URL(url);
    to.searchParams.set('upload_id', id);
    // What leads there is told by its path alone.
    response.writeHead(200, {
      location: `http://${request.headers.host}${to.pathname}?uploadType=resumable&upload_id=${id}`,
    });
    response.end();
  }

  async #go(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const session = this.#open.get(id);
    const end = (status: number, body = '', headers: Record<string, string> = {}): void => {
      request.resume();
      response.writeHead(status, headers);
      response.end(body);
    };
    if (session === undefined) return end(404, 'Not Found');
    if (request.method === 'DELETE') {
      session.ended ??= { status: 499, body: '' };
      session.bytes = [];
      return end(499);
    }
    if (session.ended !== undefined) return end(session.ended.status, session.ended.body);
    const [, from, total = '*'] =
      /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(request.headers['content-range'] ?? '') ?? [];
    if (from !== undefined && Number(from) > session.has) return end(400, 'there is a gap');
    if (from !== undefined) await this.#take(session, Number(from), total, request);
    if (total !== '*' && Number(total) === session.has) {
      const made = await this.#make(session, request.headers['x-goog-hash']);
      session.ended = made;
      return end(made.status, made.body);
    }
    end(308, '', session.has === 0 ? {} : { range: `bytes=0-${session.has - 1}` });
  }

  /** What came before the line broke is kept, but for the last bytes, which are no whole piece. */
  async #take(session: Session, from: number, total: string, request: IncomingMessage): Promise<void> {
    const pieces: Buffer[] = [];
    const isWhole = await Array.fromAsync(request, (piece) => pieces.push(piece)).then(
      () => true,
      () => false,
    );
    const fresh = Buffer.concat(pieces).subarray(session.has - from);
    const isLast = isWhole && total !== '*' && session.has + fresh.length === Number(total);
    const kept = isLast ? fresh : fresh.subarray(0, fresh.length - (fresh.length % unit));
    session.bytes.push(kept);
    session.has += kept.length;
  }

  async #make(
    session: Session,
    hash: string | string[] | undefined,
  ): Promise<{ status: number; body: string }> {
    const { bucket, described, query } = session;
    const bytes = Buffer.concat(session.bytes);
    session.bytes = [];
    const said = /crc32c=([^,]+)/.exec(String(hash ?? ''))?.[1];
    if (said !== undefined && said !== checksumText(crc32c(bytes)))
      return { status: 400, body: 'Provided CRC32C does not match the calculated one' };
    const boundary = randomBytes(12).toString('hex');
    const type = described.contentType ?? 'application/octet-stream';
    const body = Buffer.concat([
      Buffer.from(`--${boundary}\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(described)}\r\n`),
      Buffer.from(`--${boundary}\r\ncontent-type: ${type}\r\n\r\n`),
      bytes,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    const condition = query.get('ifGenerationMatch');
    const path = `/upload/storage/v1/b/${bucket}/o?uploadType=multipart${condition === null ? '' : `&ifGenerationMatch=${condition}`}`;
    return this.#put(path, `multipart/related; boundary=${boundary}`, body);
  }
}
