/** Ends connections of Node's servers on which nothing happens, but none whose viewer waits for us. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Http2SecureServer, Http2ServerRequest, ServerHttp2Session } from 'node:http2';
import { Socket } from 'node:net';

type Connection = Socket | ServerHttp2Session;
type Answer = Pick<ServerResponse, 'writableLength'>;

/** A stream that is silent for a minute, and a playlist that is held for long segments, are no reason to go; dead peers TCP finds out. */
export function endSilent(server: Server | Http2SecureServer, milliseconds: number): void {
  const open = new WeakMap<Connection, Set<Answer>>();
  const onSilence = (connection: Connection): void => {
    const answers = [...(open.get(connection) ?? [])];
    const isOurs = answers.length > 0 && answers.every(({ writableLength }) => writableLength === 0);
    if (!isOurs || !isEmpty(connection)) connection.destroy();
    // A session forgets whom to tell, a socket does not.
    else if (connection instanceof Socket) connection.setTimeout(milliseconds);
    else connection.setTimeout(milliseconds, () => onSilence(connection));
  };
  const onRequest = (request: IncomingMessage | Http2ServerRequest, response: ServerResponse): void => {
    const connection = connectionOf(request);
    if (connection === undefined) return;
    const answers = open.get(connection) ?? new Set();
    open.set(connection, answers.add(response));
    response.on('close', () => answers.delete(response));
  };
  server.setTimeout(milliseconds);
  server.on('timeout', onSilence);
  server.prependListener('request', onRequest as never);
  server.on('connection', (socket: Socket) => socket.setKeepAlive(true, milliseconds));
}

function connectionOf(request: IncomingMessage | Http2ServerRequest): Connection | undefined {
  return 'stream' in request ? (request.stream.session as ServerHttp2Session | undefined) : request.socket;
}

/** Nothing waits to be taken by the peer. */
function isEmpty(connection: Connection): boolean {
  return connection instanceof Socket ? connection.writableLength === 0 : true;
}
