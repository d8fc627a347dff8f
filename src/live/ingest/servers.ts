/** The servers of all protocols, as the options ask for them. */
import { ConfigurationError } from '../../errors.ts';
import { silentLogger } from '../../log.ts';
import { ConnectionLimit } from './connection-limit.ts';
import type { Desk } from './contract.ts';
import type { IngestEvent } from './events.ts';
import { type IngestSettings, ingestDefaults } from './options.ts';
import { openRtmpServer } from './rtmp/server.ts';
import { readPassphrase } from './srt/passphrase.ts';
import { SrtServer } from './srt/server.ts';

/** One that listens. */
export interface OpenServer {
  /** Stops to listen, and cuts off who is still there. Idempotent. */
  close(): Promise<void>;
}

/** What servers need that is not on the topic. */
export interface PreparedServers {
  /** What senders of SRT encrypt with. */
  readonly passphrase?: string;
}

/**
 * Looks at all that can be wrong before a broker is asked: who waits for Kafka is not to learn then that a flag was missing. Rejects with
 * ConfigurationError.
 */
export async function prepareServers(settings: IngestSettings): Promise<PreparedServers> {
  const { tls, rtmpsPort, srtPort, whipPort, srtPassphraseFile: file } = settings;
  if (rtmpsPort !== undefined && tls === undefined)
    throw new ConfigurationError('--rtmps-port needs a certificate: give --tls-cert and --tls-key');
  if (srtPort === undefined && file !== undefined)
    throw new ConfigurationError('--srt-passphrase-file is about SRT: give --srt-port too');
  if (whipPort !== undefined) await (await import('./whip/datachannel.ts')).loadPeers();
  return file === undefined ? {} : { passphrase: await readPassphrase(file) };
}

/** Rejects with ConfigurationError when one of them cannot listen; none listens then. */
export async function openServers(
  desk: Desk,
  settings: IngestSettings,
  { passphrase }: PreparedServers,
  onEvent: (event: IngestEvent) => void,
): Promise<readonly OpenServer[]> {
  const { host, tls, rtmpsPort, srtPort, whipPort, maxConnections, maxPerAddress } = settings;
  const { logger = silentLogger } = settings;
  const isNamed = [rtmpsPort, srtPort, whipPort].some((port) => port !== undefined);
  const rtmpPort = settings.rtmpPort ?? (isNamed ? undefined : ingestDefaults.rtmpPort);
  const limit = new ConnectionLimit(maxConnections, maxPerAddress, logger);
  const common = { desk, host, limit, logger };
  const opened: OpenServer[] = [];
  try {
    if (rtmpPort !== undefined) {
      const server = await openRtmpServer({ ...common, port: rtmpPort });
      opened.push(server);
      onEvent(listening('rtmp', server.port, host));
    }
    if (rtmpsPort !== undefined) {
      const server = await openRtmpServer({ ...common, port: rtmpsPort, tls });
      opened.push(server);
      onEvent(listening('rtmps', server.port, host));
    }
    if (srtPort !== undefined) {
      const { srtLatency: latency } = settings;
      const server = await SrtServer.start({ ...common, port: srtPort, latency, passphrase });
      opened.push(server);
      onEvent(listening('srt', server.port, host));
    }
    if (whipPort !== undefined) {
      // Loaded here: nobody else needs a server of HTTP.
      const { serveWhip } = await import('./whip/server.ts');
      const { whipAddress, whipIceServers, stallAfter } = settings;
      const server = await serveWhip({
        ...{ ...common, port: whipPort, tls, page: settings.page },
        timing: { silence: stallAfter },
        ...(whipAddress === undefined ? {} : { addresses: whipAddress }),
        ...(whipIceServers === undefined ? {} : { iceServers: whipIceServers }),
      });
      opened.push(server);
      onEvent(listening('whip', server.port, host, tls !== undefined));
    }
    return opened;
  } catch (error) {
    await Promise.all(opened.map((server) => server.close()));
    throw error;
  }
}

function listening(
  protocol: 'rtmp' | 'rtmps' | 'srt' | 'whip',
  port: number,
  host: string | undefined,
  isSecure = false,
): IngestEvent {
  const isAll = host === undefined || host === '0.0.0.0' || host === '::';
  const named = isAll ? 'HOST' : host.includes(':') ? `[${host}]` : host;
  if (protocol === 'whip') {
    const url = `${isSecure ? 'https' : 'http'}://${named}:${port}/publish`;
    return { type: 'listening', protocol, port, url };
  }
  const place = protocol === 'srt' ? '?streamid=STREAM?key=KEY' : '/live/STREAM?key=KEY';
  const url = `${protocol}://${named}:${port}${place}`;
  return { type: 'listening', protocol, port, url };
}
