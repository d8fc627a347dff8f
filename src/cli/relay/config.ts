/** `sluice relay config`: the configuration of MirrorMaker 2 for Sluice's topics. */
import type { Command } from 'commander';
import { z } from 'zod';
import { ExitCode } from '../../errors.ts';
import { relayDefaults, relayNames, relaySecrets } from '../../relay/options.ts';
import { type FlagsIn, repeated, required, sized, toggle, valued } from '../flags.ts';
import { writeJson } from '../output.ts';
import { choice, count, parsed, text, texts, topicName } from '../values.ts';
import { type Call, createVerb } from '../verb.ts';

/** `NAME=FILE` or `NAME=HOST:PORT`. */
const cluster = parsed((written) => {
  const [, name, place] = /^([A-Za-z0-9_-]{1,64})=(.+)$/s.exec(written.trim()) ?? [];
  return name === undefined || place === undefined ? undefined : { name, place };
}, 'is no cluster; write NAME=FILE, the file being its client.properties, or NAME=HOST:PORT, NAME being letters, digits, _ and -');

const whatFlags = {
  from: required(
    'from',
    'NAME=CLUSTER',
    cluster,
    'the cluster that is copied: its client.properties file, or HOST:PORT',
  ),
  to: required('to', 'NAME=CLUSTER', cluster, 'the cluster that gets the copy'),
  topics: {
    flag: 'topics',
    form: 'list',
    argument: 'TOPIC',
    schema: z.array(topicName),
    fallback: undefined,
    required: true,
    help: 'a topic of files or of live media, with what belongs to it; repeatable',
  },
  names: valued(
    'names',
    'WORD',
    choice(relayNames),
    relayDefaults.names,
    relayDefaults.names,
    'kept, or prefixed with the name of the cluster that is copied',
  ),
  ownRetention: toggle('own-retention', 'copies keep records for as long as their own topics are set to'),
  groups: {
    ...repeated(
      'groups',
      'PATTERN',
      'consumer groups of other programs whose positions go along; repeatable',
    ),
    schema: texts,
  },
} as const;
const howFlags = {
  maxRecord: sized('max-record', relayDefaults.maxRecord, 1024, 'the largest record of these topics'),
  replicationFactor: valued(
    'replication-factor',
    'COUNT',
    count(-1, 32_767),
    relayDefaults.replicationFactor,
    "-1, the cluster's own",
    'copies of each partition at --to',
  ),
  mirrorVersion: valued(
    'mirror-version',
    'VERSION',
    text,
    relayDefaults.mirrorVersion,
    relayDefaults.mirrorVersion,
    'the release of Kafka that MirrorMaker 2 is of',
  ),
  secrets: valued(
    'secrets',
    'WORD',
    choice(relaySecrets),
    relayDefaults.secrets,
    relayDefaults.secrets,
    'refer: named by where they stand; write: written out',
  ),
} as const;
const groups = { 'What to copy': whatFlags, How: howFlags } as const;

export function relayConfigCommand(): Command {
  return createVerb({
    name: 'config',
    summary: 'print the configuration of MirrorMaker 2',
    description:
      'Prints a configuration of MirrorMaker 2 that copies topics of Sluice from one cluster to another, each line with ' +
      'its reason. Connects to nothing. Security is taken from the client.properties of both clusters; secrets are named ' +
      'by where they stand there.',
    groups,
    connects: false,
    examples: [
      [
        'sluice relay config --from till=till.properties --to centre=centre.properties --topics files > till-to-centre.properties',
        'Files of a till, at the centre',
      ],
      ['connect-mirror-maker.sh till-to-centre.properties', 'What copies them'],
      [
        'sluice relay config --from hall=10.0.0.7:9092 --to centre=kafka:9092 --topics live --names prefixed',
        'Live video as topic hall.live',
      ],
    ],
    run,
  });
}

async function run({ settings, output }: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  const [{ relayConfig }, { relayText }, { readCluster }] = await Promise.all([
    import('../../relay/config.ts'),
    import('../../relay/line.ts'),
    import('../../relay/read-cluster.ts'),
  ]);
  const [from, to] = await Promise.all(
    [settings.from, settings.to].map(({ name, place }) => readCluster(name, place)),
  );
  const lines = relayConfig({ ...settings, from: from!, to: to! });
  if (output.json) for (const line of lines) writeJson({ type: 'property', ...line });
  else process.stdout.write(relayText(lines));
  return ExitCode.ok;
}
