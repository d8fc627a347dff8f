/** `sluice serve`: live video to viewers, over HTTP. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Resolved } from '../config.ts';
import type { ConsoleBeside, ConsoleBesideOptions } from '../console/beside.ts';
import { consoleDefaults } from '../console/options.ts';
import { serveDefaults as usual } from '../delivery/serve-options.ts';
import { ConfigurationError, ExitCode } from '../errors.ts';
import { accessFlags, dropFlags } from './console/flags.ts';
import { givenOptions } from './console/given.ts';
import { figuresFlags } from './figures-flags.ts';
import { counted, type FlagsIn, optional, portOf, sized, timed, toggle, valued } from './flags.ts';
import { watchKeyFlag, watchKeyOf } from './live/watch-key.ts';
import { createServeReporter } from './serve-reporter.ts';
import { interruptible } from './signals.ts';
import { storeFlags, storeOptions } from './store-flags.ts';
import { unreadable } from './unreadable.ts';
import { archivePlace, choice, count, path, size, text, topicName } from './values.ts';
import { type Call, createVerb } from './verb.ts';

const server = {
  host: valued('host', 'HOST', text, usual.host, usual.host, 'what to listen on; 0.0.0.0: everything'),
  port: portOf('port', usual.port, 'the port; 0: one that is free'),
  tlsCert: optional('tls-cert', 'FILE', path, 'a certificate (PEM), with --tls-key: HTTPS with HTTP/2'),
  tlsKey: optional('tls-key', 'FILE', path, "the certificate's key (PEM)"),
  maxConnections: counted(
    'max-connections',
    usual.maxConnections,
    [1, 1_000_000],
    'connections at a time; a viewer has two or three',
  ),
  maxPerAddress: optional(
    'max-per-address',
    'COUNT',
    count(1, 1_000_000),
    'of these from one address; where a proxy on another machine stands before the server, as many as it opens',
    'a quarter of them, 12 at least',
  ),
} as const;

const viewers = {
  watchKey: watchKeyFlag,
  cors: valued(
    'cors',
    'ORIGIN',
    z.string().regex(/^(?:\*|https?:\/\/[^/\s]+)$/, 'is no web origin; write * or e.g. https://example.com'),
    usual.cors,
    'every one',
    'the web origin whose pages may play what is served here',
  ),
  viewerReports: valued(
    'viewer-reports',
    'on|off',
    choice(['on', 'off']),
    usual.viewerReports as 'on' | 'off',
    usual.viewerReports,
    'whether the page tells how viewers fare, in seconds watched and seconds that the picture stood still, for --metrics-port',
  ),
} as const;

const media = {
  topic: valued('topic', 'TOPIC', topicName, usual.topic, usual.topic, 'the topic of the media'),
  window: timed('window', usual.window, 'what live playlists list; the same on all servers of a topic'),
  rewind: timed('rewind', usual.rewind, 'how far viewers may go back, if the topic or --archive has it'),
  archive: optional(
    'archive',
    'PLACE',
    archivePlace,
    'where live export puts what the topic forgets, to be gone back to; {stream}: each stream by its name',
  ),
  cache: sized('cache', usual.cache, 0, 'memory for older segments that viewers have gone back to'),
  memory: optional(
    'memory',
    'SIZE',
    size(1),
    'what the live windows of all streams may take together',
    "half of the machine's",
  ),
} as const;

const consoleFlags = {
  console: toggle('console', 'the console too, at /console/'),
  filesTopic: valued(
    'files-topic',
    'TOPIC',
    topicName,
    consoleDefaults.topic as string,
    consoleDefaults.topic,
    'the topic of files that it shows',
  ),
  ...accessFlags,
  ...dropFlags,
} as const;

const groups = {
  'What to serve': media,
  Server: server,
  Viewers: viewers,
  'The console, as of sluice console': consoleFlags,
  Figures: figuresFlags,
  'The store of --archive': storeFlags,
} as const;

export function serveCommand(): Command {
  return createVerb({
    name: 'serve',
    summary: 'serve live video to viewers over HTTP',
    description:
      'Serves the streams of a topic to browsers and players, and a page to watch them on, until it is interrupted: HLS, low-latency ' +
      'HLS and DASH, WebSocket and fragmented MP4. Any number of servers may serve one topic; all of them answer the same.',
    groups,
    examples: [
      ['sluice serve', 'The page at http://127.0.0.1:8080, for this machine'],
      [
        'sluice serve --host 0.0.0.0 --port 443 --tls-cert cert.pem --tls-key key.pem',
        'For everybody, with HTTP/2',
      ],
      ['sluice serve --watch-key watch.key', 'For those who have a token (sluice live token)'],
      ['sluice serve --console', 'And the console at http://127.0.0.1:8080/console/'],
      [
        'sluice serve --archive s3://media/{stream} --rewind 7d',
        'Viewers go back a week, by what sluice live export --to s3://media/NAME has put there',
      ],
    ],
    run,
  });
}

async function run({ settings, output, kafka }: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  const { tlsCert, tlsKey, watchKey, ...options } = without(settings, consoleFlags);
  const reporter = createServeReporter(output);
  const interruption = interruptible((notice) => reporter.notice(notice));
  let beside: ConsoleBeside | undefined;
  try {
    const tls = await readCertificate(tlsCert, tlsKey);
    const key = await watchKeyOf(watchKey);
    // Loaded here, so that help and usage errors need not wait for the client of Kafka.
    const { serve } = await import('../delivery/serve.ts');
    beside = settings.console
      ? await openBeside(settings, { kafka, hasTls: tls !== undefined, logger: reporter.logger })
      : undefined;
    const running = await serve({
      ...options,
      ...storeOptions(settings),
      tls,
      watchKey: key,
      page: beside?.page,
      kafka,
      logger: reporter.logger,
      signal: interruption.signal,
      onEvent: reporter.onEvent,
    });
    await running.ended;
    return endedBy(interruption.signal);
  } catch (error) {
    if (interruption.signal.aborted) return endedBy(interruption.signal);
    throw error;
  } finally {
    await beside?.close();
    reporter.close();
    interruption.release();
  }
}

async function openBeside(
  settings: Resolved<FlagsIn<typeof groups>>,
  given: Pick<ConsoleBesideOptions, 'kafka' | 'hasTls' | 'logger'>,
): Promise<ConsoleBeside> {
  const { consoleBeside } = await import('../console/beside.ts');
  const { console: _, filesTopic: topic, ...options } = await givenOptions(only(settings, consoleFlags));
  const { host, topic: liveTopic } = settings;
  return consoleBeside({ ...options, ...given, host, topic, liveTopic });
}

function only<S extends object, F extends object>(settings: S, flags: F): Pick<S, keyof S & keyof F> {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => key in flags)) as Pick<
    S,
    keyof S & keyof F
  >;
}

function without<S extends object, F extends object>(settings: S, flags: F): Omit<S, keyof F> {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !(key in flags))) as Omit<S, keyof F>;
}

/** A service that is told to stop has done its work. */
export function endedBy({ reason }: AbortSignal): ExitCode {
  return String(reason).includes('SIGTERM') ? ExitCode.ok : ExitCode.interrupted;
}

/** What --tls-cert and --tls-key name. */
export async function readCertificate(certificate: string | undefined, key: string | undefined) {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    throw new ConfigurationError('--tls-cert and --tls-key belong together: give both, or none');
  }
  const read = (flag: string, file: string) =>
    readFile(file).catch((cause: NodeJS.ErrnoException) => {
      throw unreadable(flag, file, cause, 'a PEM file');
    });
  return { certificate: await read('--tls-cert', certificate), key: await read('--tls-key', key) };
}
