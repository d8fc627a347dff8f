/** A connection that is ready for use: versions negotiated, authenticated, and kept so before the session ends (KIP-368). */
import type { ApiConnection } from '../api.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { NetworkFailure } from './failures.ts';
import { addressText } from './socket.ts';
import { negotiate, type Versions } from './versions.ts';

/**
 * Makes ready the proof of who we are; the proof authenticates a connection. Both reject with KafkaError `authentication` when we are
 * not believed, and with NetworkFailure when that may change.
 */
export type Authenticate = (
  host: string,
) => Promise<(connection: ApiConnection) => Promise<{ readonly sessionLifetimeMs: number }>>;

export interface LinkOptions extends ConnectionOptions {
  readonly authenticate?: Authenticate | undefined;
  /** What this very broker is known to speak: then it is not asked, which would cost a round trip. */
  readonly known?: Versions | undefined;
  /** Called with a connection that takes requests already, behind the one for the versions: see `Links.early`. */
  readonly onOpen?: (connection: Connection) => void;
}

export interface Link {
  readonly connection: Connection;
  readonly versions: Versions;
}

/** Part of a session's lifetime after which it is renewed. */
const renewAfter = 0.8;
/** The longest that a timer of Node can wait. */
const longestTimer = 2 ** 31 - 1;

/**
 * Opens, negotiates and authenticates. Rejects with KafkaError or NetworkFailure; nothing stays open then, and what was asked early is
 * rejected with the same.
 */
export async function openLink(options: LinkOptions): Promise<Link> {
  const connection = await Connection.open(options);
  try {
    const negotiated = options.known ?? negotiate(connection, addressText(options.address));
    // Brokers answer in the order of the requests. Whoever wants to be told first who we are takes no others before that.
    if (!options.authenticate) options.onOpen?.(connection);
    const versions = await negotiated;
    if (options.authenticate) await authenticate(connection, options.authenticate);
    return { connection, versions };
  } catch (error) {
    connection.close(error as Error);
    throw error;
  }
}

async function authenticate(connection: Connection, prepare: Authenticate): Promise<void> {
  const prove = await prepare(connection.address.host);
  keep(connection, prepare, await prove(connection.urgent));
}

/** Has the session renewed in time. */
function keep(
  connection: Connection,
  prepare: Authenticate,
  { sessionLifetimeMs }: { readonly sessionLifetimeMs: number },
): void {
  if (!(sessionLifetimeMs > 0)) return;
  const timer = setTimeout(
    () => {
      // A new connection finds out whether that is final: brokers also refuse a renewal for coming too soon.
      renew(connection, prepare).catch((cause: Error) =>
        connection.close(new NetworkFailure(`the session was not renewed: ${cause.message}`, { cause })),
      );
    },
    Math.min(sessionLifetimeMs * renewAfter, longestTimer),
  );
  timer.unref();
  connection.closed.then(() => clearTimeout(timer));
}

/**
 * The broker would take any other request for a part of the exchange, so they wait at the gate; but not for whoever issues tokens, which
 * may take its time.
 */
async function renew(connection: Connection, prepare: Authenticate): Promise<void> {
  const prove = await prepare(connection.address.host);
  const open = connection.closeGate();
  try {
    keep(connection, prepare, await prove(connection.urgent));
  } finally {
    open();
  }
}
