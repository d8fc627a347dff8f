/** `files/UPLOADER/PATH?upload=ID`: a file's bytes from the topic. */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ConfigurationError, describeError, IncompleteError } from '../../../errors.ts';
import type { Logger } from '../../../log.ts';
import type { ConsoleModel } from '../../contract.ts';
import { refuse } from '../access/guard.ts';
import { secureHeaders } from '../headers.ts';
import { fileAddress } from './address.ts';
import { type FileAnswer, type FileFacts, fileAnswer } from './answer.ts';
import { FoundFiles } from './find-file.ts';
import { streamFile } from './stream.ts';

/** Each holds some megabytes of what was fetched and not taken yet. */
export const fetchesAtOnce = 8;

/** Bytes of `UPLOADER/PATH` in that version, in order, verified as they pass; each piece is good until the next is asked for. */
export type FileBytes = (file: string, upload: string, signal: AbortSignal) => AsyncIterable<Uint8Array>;

export interface FilesContext {
  readonly model: ConsoleModel;
  readonly bytes: FileBytes;
  readonly logger: Logger;
  /** Counts, for /metrics. */
  readonly counts: FetchCounts;
}

export interface FetchCounts {
  underWay: number;
  whole: number;
  broken: number;
}

export function addFiles(scope: FastifyInstance, context: FilesContext): void {
  const found = new FoundFiles(context.model);
  scope.route<{ Querystring: { upload?: string } }>({
    method: ['GET', 'HEAD'],
    url: '/files/*',
    config: { role: 'fetch' },
    handler: async (request, reply) => {
      const address = fileAddress(request.raw.url ?? '');
      const { upload } = request.query;
      if (address === undefined || (upload !== undefined && typeof upload !== 'string'))
        return refuse(reply, 404, { message: 'that is no name of a file' });
      const file = await found.find(address, upload);
      if ('message' in file) return refuse(reply, file.status, { message: file.message });
      const answer = fileAnswer(request.headers, file);
      if (request.method === 'HEAD' || answer.span === undefined)
        return reply.code(answer.status).headers(answer.headers).send();
      return send(context, reply, `${address.uploader}/${address.path}`, file, answer);
    },
  });
}

async function send(
  { bytes, counts, logger }: FilesContext,
  reply: FastifyReply,
  name: string,
  { upload, size }: FileFacts,
  { status, headers, span = { from: 0, to: size } }: FileAnswer,
): Promise<FastifyReply> {
  if (counts.underWay >= fetchesAtOnce)
    return refuse(reply.header('retry-after', '5'), 503, {
      message: `${fetchesAtOnce} files are being fetched already: ask again`,
    });
  const gone = new AbortController();
  const answer = reply.raw;
  answer.on('close', () => gone.abort());
  answer.on('error', () => {});
  counts.underWay += 1;
  const begin = (): void => {
    reply.hijack();
    answer.writeHead(status, { ...secureHeaders, ...headers });
  };
  try {
    await streamFile({ bytes: bytes(name, upload, gone.signal), size, span, begin, answer });
    if (!gone.signal.aborted || answer.writableFinished) counts.whole += 1;
    return reply;
  } catch (error) {
    if (gone.signal.aborted) return reply;
    counts.broken += 1;
    logger.warn({ file: name, upload, reason: describeError(error) }, 'a file could not be fetched');
    if (!answer.headersSent) return refuse(reply, ...refusalOf(error));
    // It has been said how long it is: whoever reads it sees that it ends too soon.
    cutOff(answer);
    return reply;
  } finally {
    counts.underWay -= 1;
    gone.abort();
  }
}

function refusalOf(error: unknown): readonly [status: number, refused: { readonly message: string }] {
  const status = error instanceof ConfigurationError ? 404 : error instanceof IncompleteError ? 410 : 503;
  return [status, { message: describeError(error) }];
}

/** By a reset where several answers share a connection. */
function cutOff(answer: ServerResponse): void {
  const { stream } = answer as { readonly stream?: { close(code: number): void } };
  const internalError = 2;
  if (stream === undefined) answer.destroy();
  else stream.close(internalError);
}
