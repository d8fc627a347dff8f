/** `sluice live publish`: an input, encoded, onto a topic. */
import type { Command } from 'commander';
import { ExitCode } from '../../errors.ts';
import type { RenditionOptions } from '../../live/encode/options.ts';
import type { FlagsIn } from '../flags.ts';
import { interruptible } from '../signals.ts';
import { type Call, createVerb } from '../verb.ts';
import { publishGroups } from './publish-flags.ts';
import { createPublishReporter } from './publish-reporter.ts';

export function publishCommand(): Command {
  return createVerb({
    name: 'publish',
    summary: 'encode an input and publish it as a stream',
    description:
      'Encodes an input by FFmpeg and publishes it as a stream, until the input ends or it is interrupted: then the programme is ' +
      'over, and stays on demand for as long as the topic keeps it. A restarted publisher goes on with the same stream, and viewers stay. ' +
      'While Kafka is away, what is made waits here.',
    groups: publishGroups,
    examples: [
      ['sluice live publish --stream demo --input test', 'Try it'],
      ['sluice live publish --stream film --input film.mp4 --loop', 'Send a file, again and again'],
      [
        'sluice live publish --stream studio --input rtmp://0.0.0.0:1935/live/studio --rendition 1280x720@2500k --rendition 640x360@800k',
        'Let OBS send here, and offer two sizes',
      ],
      [
        'sluice live publish --stream cam --input /dev/video0 --chunks frame --keyframe-interval 1s',
        'A camera, as quick as can be',
      ],
    ],
    run,
  });
}

async function run({ settings, output, kafka }: Call<FlagsIn<typeof publishGroups>>): Promise<ExitCode> {
  const { fast, rendition, size, bitrate, ...options } = settings;
  const reporter = createPublishReporter(output);
  const interruption = interruptible((text) => reporter.notice(text));
  try {
    // Loaded here, so that help and usage errors need not wait for the client of Kafka.
    const { publish } = await import('../../live/publish/publish.ts');
    const summary = await publish({
      ...options,
      ...(fast ? { realTime: false } : {}),
      renditions: rendition ?? [onlyRendition(size, bitrate)],
      kafka,
      logger: reporter.logger,
      signal: interruption.signal,
      onEvent: reporter.onEvent,
    });
    reporter.summary(summary);
    return summary.interrupted ? ExitCode.interrupted : ExitCode.ok;
  } finally {
    reporter.close();
    interruption.release();
  }
}

/** The one picture of those who ask for no renditions. */
export function onlyRendition(size: RenditionOptions['size'], bitrate: number | undefined): RenditionOptions {
  return {
    name: size === undefined ? 'main' : `${size.height}p`,
    ...(size === undefined ? {} : { size }),
    ...(bitrate === undefined ? {} : { bitrate }),
  };
}
