/** `sluice doctor`: what is not as it should be, and how to mend it. */
import type { Command } from 'commander';
import type { ExitCode } from '../errors.ts';
import { securityProtocol } from '../kafka/security/protocol.ts';
import { giveUpFlag } from './connection.ts';
import { examineCluster } from './doctor/cluster.ts';
import { exitCodeOf, type Finding, findingLines, tally } from './doctor/finding.ts';
import { examineMachine } from './doctor/machine.ts';
import { examinePlaces } from './doctor/places.ts';
import { type FlagsIn, optional } from './flags.ts';
import { createVerbLogger, writeJson } from './output.ts';
import { sourceFlag } from './source-flag.ts';
import { storeFlags } from './store-flags.ts';
import { createStyle, styleFor } from './terminal/style.ts';
import { place, topicName } from './values.ts';
import { type Call, createVerb } from './verb.ts';

const doctorFlags = {
  topic: optional('topic', 'TOPIC', topicName, 'a topic of files to examine as well'),
  from: {
    ...sourceFlag,
    help: 'a folder, or the URL of a store, that an uploader shall read; several with names, as of sluice upload',
  },
  to: optional('to', 'PLACE', place, 'a folder, or the URL of a store, that a downloader shall fill'),
  giveUpAfter: giveUpFlag('10s'),
} as const;

const groups = { 'What to check': doctorFlags, 'Stores that are no folder': storeFlags } as const;

/** Milliseconds to wait for a broker: somebody is looking. */
const giveUpAfter = 10_000;

export function doctorCommand(): Command {
  return createVerb({
    name: 'doctor',
    summary: 'check machine, cluster, topic and folders',
    description:
      'Looks at this machine, the cluster, and, where they are given, a topic and folders. Says of each whether it is ' +
      'as it should be, and how to mend it where it is not. Leaves everything as it was; what the folder of --to can do is ' +
      'tried in a folder of its own. Exit code 0 without a problem, 3 with ' +
      'one, 4 when no broker answers.',
    groups,
    examples: [
      ['sluice doctor', 'This machine and the cluster'],
      [
        'sluice doctor --topic files --to /srv/copies --config client.properties',
        'All that a downloader needs, over a secured connection',
      ],
    ],
    run,
  });
}

async function run({ settings, output, kafka: properties }: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  const { createKafka } = await import('../kafka/client.ts');
  const style = process.stdout.isTTY
    ? styleFor(process.stdout, process.env)
    : createStyle({ color: false, unicode: true });
  const findings: Finding[] = [];
  const tell = (finding: Finding) => {
    findings.push(finding);
    if (output.json) writeJson({ type: 'finding', ...finding });
    else if (!output.quiet || finding.status === 'problem') {
      process.stdout.write(`${findingLines(finding, style, process.stdout.columns).join('\n')}\n`);
    }
  };
  for (const finding of await examineMachine()) tell(finding);
  for (const finding of await examinePlaces(settings)) tell(finding);
  const kafka = createKafka({
    giveUpAfter,
    properties,
    logger: createVerbLogger(output),
    ...limit(settings),
  });
  try {
    const servers = properties['bootstrap.servers'] ?? '';
    const isPlain = securityProtocol(properties).endsWith('PLAINTEXT');
    for await (const finding of examineCluster(kafka, servers, settings.topic, isPlain)) tell(finding);
  } finally {
    await kafka.close();
  }
  const { problems, warnings } = tally(findings);
  if (output.json) writeJson({ type: 'summary', verb: 'doctor', problems, warnings });
  else if (!output.quiet) process.stdout.write(`\n${verdict(problems, warnings)}\n`);
  return exitCodeOf(findings);
}

function limit(settings: { readonly giveUpAfter?: number }): { giveUpAfter?: number } {
  return settings.giveUpAfter === undefined ? {} : { giveUpAfter: settings.giveUpAfter };
}

function verdict(problems: number, warnings: number): string {
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  if (problems + warnings === 0) return 'All is well.';
  return `${count(problems, 'problem')}, ${count(warnings, 'warning')}.`;
}
