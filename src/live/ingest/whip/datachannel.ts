/** Peers by `node-datachannel` (libdatachannel): the only file that knows it. An optional package, loaded where WHIP is asked for. ADR 287. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { ConfigurationError, SluiceError } from '../../../errors.ts';
import { listenFault } from '../../../listen-fault.ts';
import { importOptional, needsPackage } from '../../../optional-package.ts';
import type { OpenPeers, Peer, PeerListener } from './peer.ts';

type Library = Pick<
  typeof import('node-datachannel'),
  'PeerConnection' | 'IceUdpMuxListener' | 'initLogger' | 'cleanup'
>;
type Connection = InstanceType<Library['PeerConnection']>;
type Track = Parameters<Parameters<Connection['onTrack']>[0]>[0];

const libraryPackage = 'node-datachannel';
/** Milliseconds that the library has to find our addresses. It asks nobody for them. */
const answerWithin = 5000;

/** Throws ConfigurationError, with the command that installs it, when it is not there. */
export async function loadPeers(name: string = libraryPackage): Promise<OpenPeers> {
  const library = await loadLibrary(name);
  return async ({ host, port, logger }) => {
    await expectFree(host, port);
    // Its lines name addresses, no keys.
    library.initLogger('Warning', (_level, line) => logger.debug(`WebRTC: ${line}`));
    const held = holdPort(library, host, port);
    return {
      open: (listener) => new DatachannelPeer(library, host, port, listener),
      // Its own clean-up, with connections that were closed before, ends the process by SIGSEGV (0.33.4): its threads stay until the process ends.
      close: () => held.stop(),
    };
  };
}

/**
 * The library gives its port back with its last connection, a moment after that was closed: whoever came in that moment would find the port taken. So it is
 * held from the beginning on.
 */
function holdPort(library: Library, host: string | undefined, port: number): { stop(): void } {
  try {
    return new library.IceUdpMuxListener(port, host);
  } catch (cause) {
    throw cannotHave(host, port, cause);
  }
}

/** The library says on standard output that it cannot have a port, and not why. Throws ConfigurationError. */
async function expectFree(host: string | undefined, port: number): Promise<void> {
  const socket = createSocket(isIPv6(host ?? '::') ? 'udp6' : 'udp4');
  try {
    socket.bind({ port, ...(host === undefined ? {} : { address: host }), exclusive: true });
    await once(socket, 'listening');
  } catch (cause) {
    throw cannotHave(host, port, cause);
  } finally {
    socket.close();
  }
}

function cannotHave(host: string | undefined, port: number, cause: unknown): ConfigurationError {
  return new ConfigurationError(
    listenFault(
      { what: 'media of WHIP (UDP)', host, port, portFlag: '--whip-port' },
      cause as NodeJS.ErrnoException,
    ),
    { cause },
  );
}

async function loadLibrary(name: string): Promise<Library> {
  try {
    const loaded = (await importOptional(name)) as { readonly default: Library };
    return loaded.default;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND')
      throw new ConfigurationError(needsPackage('--whip-port', libraryPackage), { cause });
    throw new ConfigurationError(
      `--whip-port needs ${libraryPackage}, which does not run on this machine: ${message.split('\n')[0]}`,
      { cause },
    );
  }
}

class DatachannelPeer implements Peer {
  readonly #connection: Connection;
  readonly #listener: PeerListener;
  #tracks: Track[] = [];
  #isClosed = false;

  constructor(library: Library, host: string | undefined, port: number, listener: PeerListener) {
    this.#listener = listener;
    this.#connection = new library.PeerConnection('sluice', {
      iceServers: [],
      enableIceUdpMux: true,
      portRangeBegin: port,
      portRangeEnd: port,
      ...(host === undefined ? {} : { bindAddress: host }),
    });
    this.#connection.onTrack((track) => this.#follow(track));
    this.#connection.onStateChange((state) => {
      if (state === 'connected' || state === 'closed' || state === 'failed') this.#tell(state);
      // It is told where the other side has said goodbye, too; silence is somebody else's to judge.
    });
  }

  async answer(offer: string): Promise<string> {
    const connection = this.#connection;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    connection.onGatheringStateChange((state) => {
      const description = state === 'complete' ? connection.localDescription() : null;
      if (description !== null) resolve(description.sdp);
    });
    const late = setTimeout(
      () => reject(new SluiceError('no address of this machine was found for media')),
      answerWithin,
    );
    try {
      connection.setRemoteDescription(offer, 'offer');
      return await promise;
    } finally {
      clearTimeout(late);
    }
  }

  addCandidate(candidate: string, mid: string): void {
    try {
      if (!this.#isClosed) this.#connection.addRemoteCandidate(candidate, mid);
    } catch {
      // One that it does not understand helps nobody, and hurts nobody.
    }
  }

  send(bytes: Buffer): void {
    try {
      this.#tracks.find((track) => track.isOpen())?.sendMessageBinary(bytes);
    } catch {
      // It has just been closed.
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#tracks = [];
    this.#connection.close();
  }

  #follow(track: Track): void {
    const mid = track.mid();
    this.#tracks.push(track);
    track.onMessage((bytes) => {
      if (!this.#isClosed) this.#listener.onPacket(bytes, mid);
    });
  }

  #tell(state: 'connected' | 'closed' | 'failed'): void {
    if (!this.#isClosed) this.#listener.onState(state);
  }
}
