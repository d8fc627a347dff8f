/** `sluice topic plan`: topics, brokers, disks and lines for what is to go through, each with its reason. */
import type { Command } from 'commander';
import { ConfigurationError, ExitCode } from '../../errors.ts';
import type { Kafka } from '../../kafka/contract.ts';
import type { Plan, PlannedTopic } from '../../plan/facts.ts';
import { exitCodeOf, findingLines, tally } from '../doctor/finding.ts';
import type { FlagsIn } from '../flags.ts';
import { createVerbLogger, writeJson } from '../output.ts';
import { createStyle, styleFor } from '../terminal/style.ts';
import { type Call, createVerb } from '../verb.ts';
import { factsOf, observe, type PlanSettings } from './facts.ts';
import { findingsOf } from './findings.ts';
import { planFlagGroups } from './plan-flags.ts';
import { planLines } from './plan-lines.ts';

export function topicPlanCommand(): Command {
  return createVerb({
    name: 'plan',
    summary: 'plan topics for what is to go through',
    description:
      'Says what topics of files and of live video should be like for what is to go through them, what brokers, disks, ' +
      'lines, processors and memory that takes, and why. Changes nothing. Connects to the cluster for --from and --check alone. ' +
      'With --check the exit code is 0 where nothing is lost by what differs, 3 where something may be, 4 when no broker answers.',
    groups: planFlagGroups,
    examples: [
      [
        'sluice topic plan --files-per-day 20000 --average-size 4MB --uploaders 300 --away 3d',
        'Files of 300 tills',
      ],
      ['sluice topic plan --streams 20 --bit-rate 4M --viewers 5000 --cached', 'Live video behind a cache'],
      [
        'sluice topic plan --from files --away 7d --write kafka-topics > topics.sh',
        'As it has been, for a longer absence',
      ],
      ['sluice topic plan --check files', 'What of a topic is otherwise'],
    ],
    run,
  });
}

/** Milliseconds to wait for a broker: somebody is looking. */
const giveUpAfter = 10_000;

async function run(call: Call<FlagsIn<typeof planFlagGroups>>): Promise<ExitCode> {
  const { settings } = call;
  const { from, check } = settings;
  if (from === undefined && check === undefined) return await tell(call, undefined);
  const { createKafka } = await import('../../kafka/client.ts');
  const logger = createVerbLogger(call.output);
  const kafka = createKafka({
    properties: call.kafka,
    logger,
    giveUpAfter: settings.giveUpAfter ?? giveUpAfter,
  });
  try {
    return await tell(call, kafka);
  } finally {
    await kafka.close();
  }
}

async function tell(
  { settings, output, kafka: properties }: Call<FlagsIn<typeof planFlagGroups>>,
  kafka: Kafka | undefined,
): Promise<ExitCode> {
  const { makePlan } = await import('../../plan/plan.ts');
  const said = settings.filesPerDay !== undefined || settings.streams !== undefined;
  const looked = settings.from ?? (said ? undefined : settings.check);
  const observed =
    kafka === undefined || looked === undefined ? {} : await observe(kafka, looked, settings, properties);
  const brokers = kafka === undefined ? undefined : (await kafka.describeCluster()).brokers.length;
  const facts = factsOf(settings, observed, brokers);
  const plan = makePlan(facts);
  if (settings.check !== undefined && kafka !== undefined)
    return await compare(kafka, settings.check, plan, output);
  await print(plan, settings, output.json);
  return ExitCode.ok;
}

async function print(plan: Plan, { write, kafkaCluster }: PlanSettings, json: boolean): Promise<void> {
  if (write === 'strimzi') {
    const { strimziOf } = await import('../../plan/write-strimzi.ts');
    process.stdout.write(strimziOf(plan, kafkaCluster));
  } else if (write === 'kafka-topics') {
    const { commandsOf } = await import('../../plan/write-commands.ts');
    process.stdout.write(commandsOf(plan));
  } else if (json) {
    for (const topic of plan.topics) writeJson({ type: 'topic', ...topic });
    for (const setting of plan.brokers) writeJson({ type: 'broker-setting', ...setting });
    for (const quota of plan.quotas) writeJson({ type: 'quota', ...quota });
    for (const need of plan.needs) writeJson({ type: 'need', ...need });
    for (const message of plan.warnings) writeJson({ type: 'warning', message });
  } else {
    const style = process.stdout.isTTY
      ? styleFor(process.stdout, process.env)
      : createStyle({ color: false, unicode: true });
    process.stdout.write(
      `${planLines(plan, style, Math.min(process.stdout.columns ?? 110, 110)).join('\n')}\n`,
    );
  }
}

async function compare(
  kafka: Kafka,
  topic: string,
  plan: Plan,
  output: { readonly json: boolean; readonly quiet: boolean },
): Promise<ExitCode> {
  const { compareTopic } = await import('../../plan/check.ts');
  const planned = plan.topics.filter((one) => belongsTo(one, topic));
  if (planned.length === 0) {
    throw new ConfigurationError(
      `--check ${topic}: the plan is of ${plan.topics.map(({ name }) => name).join(', ')}; name one of them, or plan it by --topic or --live-topic`,
    );
  }
  const differences = (
    await Promise.all(planned.map(async (one) => compareTopic(one, await kafka.describeTopic(one.name))))
  ).flat();
  const findings = findingsOf(differences);
  const style = process.stdout.isTTY
    ? styleFor(process.stdout, process.env)
    : createStyle({ color: false, unicode: true });
  for (const finding of findings) {
    if (output.json) writeJson({ type: 'finding', ...finding });
    else if (!output.quiet || finding.status === 'problem')
      process.stdout.write(`${findingLines(finding, style, process.stdout.columns).join('\n')}\n`);
  }
  const { problems, warnings } = tally(findings);
  if (output.json) writeJson({ type: 'summary', verb: 'topic plan', problems, warnings });
  return exitCodeOf(findings);
}

function belongsTo({ name }: PlannedTopic, topic: string): boolean {
  return name === topic || name.startsWith(`${topic}.`);
}
