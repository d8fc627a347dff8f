/** `sluice console`: a page for all that goes through a cluster. */
import type { Command } from 'commander';
import type { ConsoleEvent } from '../console/options.ts';
import type { ExitCode } from '../errors.ts';
import type { Logger } from '../log.ts';
import { consoleGroups } from './console/flags.ts';
import { givenOptions } from './console/given.ts';
import { tokenCommand } from './console/token.ts';
import type { FlagsIn } from './flags.ts';
import { createVerbLogger, writeJson } from './output.ts';
import { endedBy, readCertificate } from './serve.ts';
import { interruptible } from './signals.ts';
import { type Call, createVerb } from './verb.ts';

export function consoleCommand(): Command {
  const command = createVerb({
    name: 'console',
    summary: 'a web page for everything that goes through a cluster; files are sent and fetched there',
    description:
      'Serves a page, until it is interrupted: uploaders, downloaders, streams and topics of a cluster, files with what became of them, their bytes, and a ' +
      'place to drop files that are to be sent. For this machine alone, unless --host says otherwise; then everybody needs a token.',
    groups: consoleGroups,
    examples: [
      ['sluice console', 'The page at http://127.0.0.1:8090/console/, for this machine'],
      ['sluice console --spool-folder /var/spool/sluice', 'Files may be dropped on it'],
      [
        'sluice console --host 0.0.0.0 --console-key console.key --tls-cert cert.pem --tls-key key.pem',
        'For everybody with a token (sluice console token)',
      ],
      [
        'sluice console --url https://sluice.example.com --oidc-issuer https://login.example.com --oidc-client-id sluice',
        'For those that a provider of OpenID Connect knows',
      ],
    ],
    run,
  });
  return command.enablePositionalOptions().addCommand(tokenCommand());
}

async function run({ settings, output, kafka }: Call<FlagsIn<typeof consoleGroups>>): Promise<ExitCode> {
  const { tlsCert, tlsKey, ...given } = settings;
  const logger = createVerbLogger(output, output.json ? 'warn' : 'info');
  const interruption = interruptible((words) => logger.warn(words));
  try {
    const tls = await readCertificate(tlsCert, tlsKey);
    const options = await givenOptions(given);
    // Loaded here, so that help and usage errors need not wait for the client of Kafka.
    const { openConsole } = await import('../console/open.ts');
    const { signal } = interruption;
    const onEvent = output.json ? (event: ConsoleEvent) => writeJson(event) : told(logger);
    const running = await openConsole({ ...options, tls, kafka, logger, signal, onEvent });
    await running.ended;
    return endedBy(signal);
  } catch (error) {
    if (interruption.signal.aborted) return endedBy(interruption.signal);
    throw error;
  } finally {
    interruption.release();
  }
}

function told(logger: Logger): (event: ConsoleEvent) => void {
  return (event) => {
    if (event.type === 'serving') logger.info({ topic: event.topic }, `the console is at ${event.url}`);
    else if (event.type === 'figures') logger.info(`figures are at ${event.url}/metrics`);
    else logger[event.type === 'resumed' ? 'info' : 'warn'](event.message);
  };
}
