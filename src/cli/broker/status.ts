/** `sluice broker status`: does it run, and where. */
import type { Command } from 'commander';
import { type BrokerStatus, brokerStatus } from '../../broker/running.ts';
import { ExitCode } from '../../errors.ts';
import { writeJson } from '../output.ts';
import { type Call, createVerb } from '../verb.ts';
import { dataFlag, foldersOf } from './flags.ts';

const statusFlags = { data: dataFlag } as const;

export function statusCommand(): Command {
  return createVerb({
    name: 'status',
    summary: 'tell whether it runs, and where',
    description:
      'Exit code 0 when the broker of the data folder runs with all its nodes, 3 when it does not.',
    groups: { Broker: statusFlags },
    connects: false,
    examples: [['sluice broker status --json', 'For a script']],
    run,
  });
}

async function run({ settings, output }: Call<typeof statusFlags>): Promise<ExitCode> {
  const every = await Promise.all(foldersOf(settings.data).map(brokerStatus));
  const running = every.filter((status) => status.running);
  if (output.json)
    for (const status of running.length > 0 ? running : every.slice(0, 1)) writeJson(json(status));
  else if (!output.quiet) {
    const text = running.length > 0 ? running.map(lines).join('\n') : 'Not running.\n';
    process.stdout.write(text);
  }
  const whole = running.length > 0 && running.every(({ nodes }) => nodes.every((node) => node.running));
  return whole ? ExitCode.ok : ExitCode.incomplete;
}

const json = (status: BrokerStatus): object => ({ type: 'status', ...status });

function lines({ kafkaVersion, bootstrapServers, dataDir, nodes }: BrokerStatus): string {
  const up = nodes.filter((node) => node.running);
  const pids = up.map(({ pid }) => pid).join(' ');
  return [
    `Apache Kafka ${kafkaVersion} is running, ${up.length} of ${nodes.length} nodes.`,
    `  Bootstrap servers  ${bootstrapServers}`,
    `  Data               ${dataDir}`,
    `  Processes          ${pids}`,
    '',
  ].join('\n');
}
