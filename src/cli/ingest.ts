/** `sluice ingest`: streams of those who send them, onto a topic. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { ExitCode } from '../errors.ts';
import type { FlagsIn } from './flags.ts';
import { ingestGroups } from './ingest/flags.ts';
import { keyCommand } from './ingest/key.ts';
import { createIngestReporter } from './ingest/reporter.ts';
import { onlyRendition } from './live/publish.ts';
import { endedBy, readCertificate } from './serve.ts';
import { interruptible } from './signals.ts';
import { unreadable } from './unreadable.ts';
import { type Call, createVerb } from './verb.ts';

export function ingestCommand(): Command {
  const command = createVerb({
    name: 'ingest',
    summary: 'take live video from those who send it, many streams at once',
    description:
      'Listens for OBS, FFmpeg, GStreamer, Larix and whatever else sends RTMP or SRT, for browsers and others by WHIP, and publishes each stream that ' +
      'somebody with a key sends, until it is interrupted. Streams are made by sending them: rtmp://HOST/live/STREAM?key=KEY, ' +
      'srt://HOST:PORT?streamid=STREAM?key=KEY, http://HOST:PORT/whip/STREAM. A sender that is lost and comes back goes on with ' +
      'the same programme; one that stops ends it. Any number of servers may share a topic and its keys.',
    groups: ingestGroups,
    examples: [
      ['sluice ingest key add --stream studio', 'A key for whoever sends the stream studio'],
      ['sluice ingest', 'Take it at rtmp://HOST/live/studio?key=KEY'],
      [
        'sluice ingest --rtmp-port 1935 --srt-port 9000',
        'Take SRT too, at srt://HOST:9000?streamid=studio?key=KEY',
      ],
      [
        'sluice ingest --rtmps-port 1936 --tls-cert cert.pem --tls-key key.pem --rendition 1280x720@2500k --rendition 640x360@800k',
        'Through TLS alone, and offer viewers two sizes',
      ],
      [
        'sluice ingest --video-codec copy',
        'As it comes, where the sender makes a keyframe every second or two',
      ],
    ],
    run,
  });
  return command.enablePositionalOptions().addCommand(keyCommand());
}

async function run({ settings, output, kafka }: Call<FlagsIn<typeof ingestGroups>>): Promise<ExitCode> {
  const { rendition, size, bitrate, tlsCert, tlsKey, whipIceServers, ...options } = settings;
  const reporter = createIngestReporter(output);
  const interruption = interruptible((text) => reporter.notice(text));
  try {
    const tls = await readCertificate(tlsCert, tlsKey);
    const iceServers = await iceServersIn(whipIceServers);
    // Loaded here, so that help and usage errors need not wait for the client of Kafka.
    const { ingest } = await import('../live/ingest/ingest.ts');
    const running = await ingest({
      ...options,
      renditions: rendition ?? [onlyRendition(size, bitrate)],
      tls,
      ...(iceServers === undefined ? {} : { whipIceServers: iceServers }),
      ...(options.whipPort === undefined ? {} : { page: await publishPage() }),
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
    reporter.close();
    interruption.release();
  }
}

/** The page for browsers; who takes RTMP alone loads none. */
async function publishPage() {
  const { addPublishPage } = await import('../delivery/http/publish-page.ts');
  return addPublishPage;
}

async function iceServersIn(file: string | undefined) {
  if (file === undefined) return undefined;
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw unreadable('--whip-ice-servers', file, cause);
  });
  const { readIceServers } = await import('../live/ingest/whip/ice-servers.ts');
  return readIceServers(text, `--whip-ice-servers: ${file}`);
}
