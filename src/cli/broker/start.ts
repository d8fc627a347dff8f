/** `sluice broker start`: in the foreground until a signal, or `--detach`ed. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { kafkaVersion } from '../../broker/artifacts.ts';
import type { RunningBroker } from '../../broker/broker.ts';
import { defaultDataDir } from '../../broker/default-folders.ts';
import { ExitCode, SluiceError } from '../../errors.ts';
import { portOf, toggle, valued } from '../flags.ts';
import { createVerbLogger, type OutputSettings, writeJson } from '../output.ts';
import { whenOutputFails } from '../stdout.ts';
import { text } from '../values.ts';
import { type Call, createVerb } from '../verb.ts';
import { brokersFlag, dataFlag, foldersOf, serverProperties } from './flags.ts';

const startFlags = {
  port: portOf('port', 9092, "the first node's port, the others take the next ones; 0: free ports", 65_000),
  host: valued(
    'host',
    'HOST',
    text,
    '127.0.0.1',
    '127.0.0.1',
    'what to listen on, and what clients are told',
  ),
  brokers: brokersFlag,
  data: dataFlag,
  detach: toggle('detach', 'return when it serves, and leave it running until sluice broker stop', '-d'),
  serverProperty: {
    flag: 'server-property',
    form: 'list',
    argument: 'NAME=VALUE',
    schema: serverProperties,
    fallback: undefined,
    help: "a property of Kafka's server.properties; may be repeated",
  },
} as const;

export function startCommand(): Command {
  return createVerb({
    name: 'start',
    summary: 'start it, and run until Ctrl-C',
    description:
      'Starts a real Apache Kafka and runs until Ctrl-C (exit code 130) or SIGTERM (exit code 0). What stands on its ' +
      'topics stays in the data folder for the next start.',
    groups: { Broker: startFlags },
    connects: false,
    examples: [
      ['sluice broker start', 'One node at 127.0.0.1:9092'],
      ['sluice broker start --brokers 3 --port 19092 --detach', 'Three nodes, left running'],
    ],
    run,
  });
}

async function run({ settings, output }: Call<typeof startFlags>): Promise<ExitCode> {
  const stopped = Promise.withResolvers<NodeJS.Signals>();
  const starting = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (starting.signal.aborted) process.exit(ExitCode.interrupted);
    starting.abort(new Error(`interrupted by ${name}`));
    stopped.resolve(name);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // A broker in the foreground ends with whoever reads what it says; one that is left running needs nobody.
  whenOutputFails(() => settings.detach || onSignal('SIGTERM'));

  const { port, host, brokers, data = defaultDataDir(brokers), detach, serverProperty = {} } = settings;
  const logger = createVerbLogger({
    ...output,
    logLevel: output.logLevel ?? (output.quiet ? 'error' : 'info'),
  });
  // Loaded here, so that no other verb waits for it.
  const [{ prepareKafka }, { startBroker }] = await Promise.all([
    import('../../broker/prepare.ts'),
    import('../../broker/broker.ts'),
  ]);
  await prepareKafka((text) => logger.info(text));
  const say = speaker(output);
  say(`Starting Apache Kafka ${kafkaVersion} ...`);
  const options = {
    port,
    host,
    brokers,
    dataDir: data,
    detached: detach,
    properties: serverProperty,
    logger,
  };
  const broker = await startBroker({ ...options, signal: starting.signal }).catch((error: unknown) => {
    if (starting.signal.aborted) return undefined;
    throw error;
  });
  if (broker === undefined) return ended(await stopped.promise);
  tellStarted(broker, detach, output, say);
  if (detach) return ExitCode.ok;

  const name = await Promise.race([stopped.promise, allGone(broker)]);
  if (name !== undefined) {
    say(`${name}: stopping ...`);
    await broker.stop();
    say('Stopped. The data stays.');
    return ended(name);
  }
  if (broker.nodes.every((node) => node.wentOrderly)) {
    say('Stopped by somebody else. The data stays.');
    return ExitCode.ok;
  }
  throw new SluiceError(`Kafka ended without being asked to. What it said last stands in ${broker.dataDir}.`);
}

const ended = (name: NodeJS.Signals): ExitCode => (name === 'SIGTERM' ? ExitCode.ok : ExitCode.interrupted);

/** Resolves once no node runs any more; keeps the process alive until then. */
async function allGone(broker: RunningBroker): Promise<undefined> {
  while (broker.nodes.some((node) => node.pid !== undefined)) await delay(200);
}

function speaker(output: OutputSettings): (line: string) => void {
  return output.json || output.quiet ? () => {} : (line) => void process.stdout.write(`${line}\n`);
}

function tellStarted(
  { bootstrapServers, dataDir, nodes }: RunningBroker,
  detached: boolean,
  output: OutputSettings,
  say: (line: string) => void,
): void {
  const processes = nodes.map(({ id, port, pid }) => ({ id, port, pid }));
  if (output.json) writeJson({ type: 'started', bootstrapServers, dataDir, detached, nodes: processes });
  say('');
  say(`  Bootstrap servers  ${bootstrapServers}`);
  say(`  Data               ${dataDir}`);
  const isUsual = foldersOf(undefined).includes(dataDir);
  const stop = isUsual ? 'sluice broker stop' : `sluice broker stop --data ${dataDir}`;
  say(`  Stop it with       ${detached ? stop : 'Ctrl-C'}`);
  say('');
}
