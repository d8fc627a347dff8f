/** Files that are dropped: tus 1.0 at `uploads/`, by its own server, into the spool, and on to the topic. */
import { randomBytes } from 'node:crypto';
import { Server } from '@tus/server';
import type { FastifyInstance } from 'fastify';
import { describeError } from '../../../errors.ts';
import type { Logger } from '../../../log.ts';
import { Outbox, type OutboxOptions } from './outbox.ts';
import { Spool } from './spool.ts';
import { wantedPath } from './wanted-path.ts';

/** Milliseconds between two looks for what is over, or was left behind. */
const sweepEvery = 60_000;

export interface UploadsOptions {
  readonly spool: string;
  readonly uploader: string;
  /** Bytes of one file. */
  readonly maxUpload: number;
  /** Milliseconds after which what is not complete is forgotten. */
  readonly uploadExpires: number;
  readonly send: OutboxOptions['send'];
  readonly again?: OutboxOptions['again'];
  readonly logger: Logger;
}

export class Uploads {
  readonly uploader: string;
  readonly outbox: Outbox;
  readonly #spool: Spool;
  readonly #server: Server;
  readonly #logger: Logger;
  #sweeper: NodeJS.Timeout | undefined;
  #received = 0;

  private constructor({ spool, uploader, maxUpload, uploadExpires, send, logger, again }: UploadsOptions) {
    this.uploader = uploader;
    this.#logger = logger;
    this.#spool = new Spool(spool, uploadExpires);
    this.outbox = new Outbox({ send, from: this.#spool.ready, uploader, logger, again });
    this.#server = new Server({
      path: '/console/uploads',
      datastore: this.#spool,
      maxSize: maxUpload,
      // Whatever stands before us may have put us below a path of its own.
      generateUrl: (_request, { id }) => id,
      namingFunction: () => randomBytes(16).toString('hex'),
      allowedOrigins: () => false,
      onUploadCreate: async (_request, { metadata }) => {
        const wanted = wantedPath(metadata);
        if ('fault' in wanted) throw { status_code: 400, body: `${wanted.fault}\n` };
        return {};
      },
      onUploadFinish: async (_request, { id }) => {
        await this.#release(id);
        return {};
      },
    });
  }

  /** Rejects with ConfigurationError when the spool cannot be used. */
  static async open(options: UploadsOptions): Promise<Uploads> {
    const uploads = new Uploads(options);
    await uploads.#spool.open();
    await uploads.#sweep();
    if (await uploads.#spool.hasReady()) uploads.outbox.begin();
    uploads.#sweeper = setInterval(() => void uploads.#sweep(), sweepEvery);
    uploads.#sweeper.unref();
    return uploads;
  }

  /** Files that came, since the console began. */
  get received(): number {
    return this.#received;
  }

  addRoutes(scope: FastifyInstance): void {
    // The bytes are read by whoever writes them to the disk.
    scope.addContentTypeParser('application/offset+octet-stream', (_request, _payload, done) => done(null));
    scope.route({
      method: ['POST', 'PATCH', 'HEAD', 'DELETE', 'OPTIONS'],
      url: '/uploads/*',
      config: { role: 'send' },
      handler: async (request, reply) => {
        const answer = reply.raw;
        for (const [name, value] of Object.entries(reply.getHeaders()))
          if (value !== undefined) answer.setHeader(name, value);
        reply.hijack();
        answer.on('error', () => {});
        await this.#server.handle(request.raw, answer);
        return reply;
      },
    });
  }

  /** What is under way can be gone on with after the next start. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await this.outbox.close();
  }

  async #release(id: string): Promise<void> {
    const { isFirst } = await this.#spool.release(id);
    if (isFirst) this.#received += 1;
    this.outbox.begin();
  }

  async #sweep(): Promise<void> {
    try {
      for (const id of await this.#spool.complete())
        await this.#release(id).catch((error) => this.#tell(error));
      await this.#spool.deleteExpired();
      await this.#spool.tidy();
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    const { body } = error as { readonly body?: string };
    this.#logger.warn({ reason: body?.trim() ?? describeError(error) }, 'a dropped file waits in the spool');
  }
}
