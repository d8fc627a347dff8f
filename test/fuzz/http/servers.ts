/** Node's server alone, and the same behind the fast path: both say of each request what they took it for. */
import { createServer, type IncomingMessage } from 'node:http';
import { addFastPath } from '../../../src/delivery/http/fast-path/fast-path.ts';
import { limits } from '../../../src/delivery/http/options.ts';
import { Replies, send } from '../../../src/delivery/http/replies.ts';
import { MemorySocket } from './memory-socket.ts';

/** What a server has made of a connection: the requests in their order, the states of its answers, and whether it still stands. */
export interface Seen {
  readonly requests: readonly string[];
  readonly statuses: readonly string[];
  readonly isOpen: boolean;
}

/** A connection that is under way. */
export interface Reading {
  push(bytes: Buffer): void;
  /** The viewer sends no more. */
  end(): void;
  /** Ends it, and says what came of it. */
  finish(): Seen;
}

export interface Reader {
  /** One at a time. */
  open(): Reading;
  close(): void;
}

const replies = new Replies();
const served = replies.media([Buffer.from('served')]);

type Asked = Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'>;

function lineOf({ method, url, rawHeaders }: Asked): string {
  return `${method} ${url} ${JSON.stringify(rawHeaders)}`;
}

/** Answers that are given later, as to those who wait for a part. */
const held: (() => void)[] = [];

export function answerHeld(): void {
  for (const answer of held.splice(0)) answer();
}

/** Counts what happens at any of them, so that others see when nothing does any more. */
export const activity = { count: 0 };

/** A server with the fast path before it, or as Node has it. */
export function createReader(withFastPath: boolean): Reader {
  let log: string[] = [];
  const server = createServer({ maxHeaderSize: limits.headerBytes }, (request, response) => {
    activity.count += 1;
    const own = log;
    const place = own.push(`${lineOf(request)} ""`) - 1;
    let body = '';
    request.setEncoding('latin1').on('data', (text: string) => {
      activity.count += 1;
      body += text;
      own[place] = `${lineOf(request)} ${JSON.stringify(body)}`;
    });
    request.on('error', () => {});
    // At once, as the fast path does: what follows may end the connection.
    response.end('served');
  });
  server.on('upgrade', (request, socket, head) => {
    const own = log;
    const place = own.push('') - 1;
    let body = '';
    // How much of what follows came with the request is a matter of pieces; all of it is the other protocol's.
    const take = (bytes: Buffer): void => {
      activity.count += 1;
      body += bytes.toString('latin1');
      own[place] = `upgrade ${lineOf(request)} ${JSON.stringify(body)}`;
    };
    take(head);
    socket.on('error', () => {}).on('data', take);
  });
  if (withFastPath) {
    addFastPath(server, (request, response) => {
      activity.count += 1;
      log.push(`${lineOf(request as Asked)} ""`);
      const answer = () => send(response, served, request.method === 'HEAD');
      if ((request.url ?? '').includes('wait')) held.push(answer);
      else answer();
      return true;
    });
  }
  return {
    open() {
      const own: string[] = [];
      log = own;
      const socket = new MemorySocket(activity);
      server.emit('connection', socket);
      return {
        push: (bytes) => void (socket.destroyed || socket.push(bytes)),
        end: () => void (socket.destroyed || socket.push(null)),
        finish() {
          const isOpen = !socket.destroyed && !socket.writableEnded;
          socket.destroy();
          return { requests: own, statuses: statusesOf(socket.sent), isOpen };
        },
      };
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function statusesOf(sent: string): string[] {
  return [...sent.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status = '']) => status);
}
