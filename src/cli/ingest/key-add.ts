/** `sluice ingest key add`: a key for a sender. */
import type { Command } from 'commander';
import { ExitCode } from '../../errors.ts';
import { ingestDefaults as usual } from '../../live/ingest/options.ts';
import { readerGivesUpAfter } from '../connection.ts';
import { type FlagsIn, optional, required, valued } from '../flags.ts';
import { createVerbLogger, onTerminal, writeJson } from '../output.ts';
import { newTopicFlags } from '../topic-flags.ts';
import { duration, text, topicName } from '../values.ts';
import { type Call, createVerb } from '../verb.ts';

export const keyTopicFlag = valued(
  'topic',
  'TOPIC',
  topicName,
  usual.topic,
  usual.topic,
  'the topic of the media',
);

const { replicationFactor } = newTopicFlags(usual, '');

const groups = {
  Key: {
    topic: keyTopicFlag,
    stream: required('stream', 'STREAM', text, 'the stream that it opens, or a glob of names: cam-*'),
    name: optional('name', 'NAME', text, 'whose it is, for people'),
    expires: optional(
      'expires',
      'TIME',
      duration,
      'for how long it is good, from now on, e.g. 30d',
      'for ever',
    ),
  },
  'A topic that does not exist yet is created with': { replicationFactor },
} as const;

export function keyAddCommand(): Command {
  return createVerb({
    name: 'add',
    summary: 'make a key for a sender',
    description:
      'Makes a random key and prints it, once: the topic has only its SHA-256. Whoever has it may send the streams that it is for, to any server of the topic, ' +
      'at once: rtmp://HOST/live/STREAM?key=KEY.',
    groups,
    examples: [
      ['sluice ingest key add --stream studio', 'For one stream'],
      [
        'sluice ingest key add --stream "cam-*" --name "north hall" --expires 30d',
        'For several, and a month',
      ],
    ],
    run,
  });
}

async function run({ settings, output, kafka }: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  // Loaded here, so that help and usage errors need not wait for the client of Kafka.
  const { addKey } = await import('../../live/ingest/keys/manage-keys.ts');
  const logger = createVerbLogger(output);
  const made = await addKey({ ...settings, giveUpAfter: readerGivesUpAfter, kafka, logger });
  const { key, id, streams, name, expires } = made;
  if (output.json)
    writeJson({ stream: streams, key, id, name, ...(expires === undefined ? {} : { expires }) });
  else process.stdout.write(`${key}\n`);
  if (!output.json && !output.quiet && onTerminal() && process.stdout.isTTY)
    process.stderr.write(`${howToSend(streams)}\n`);
  return ExitCode.ok;
}

/** For people, who see the key once. Pure. */
function howToSend(streams: string): string {
  const stream = /^[\w.-]+$/.test(streams) ? streams : 'STREAM';
  return [
    'Shown once. With sluice ingest on HOST, send to:',
    `  OBS      server rtmp://HOST/live, stream key ${stream}?key=KEY`,
    `  FFmpeg   ffmpeg -re -i film.mp4 -c:v libx264 -g 60 -c:a aac -f flv "rtmp://HOST/live/${stream}?key=KEY"`,
  ].join('\n');
}
