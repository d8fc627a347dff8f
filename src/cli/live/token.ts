/** `sluice live token`: lets somebody watch. */
import type { Command } from 'commander';
import { everyStream, makeToken } from '../../delivery/http/tokens.ts';
import { ConfigurationError, ExitCode } from '../../errors.ts';
import { timed, valued } from '../flags.ts';
import { writeJson } from '../output.ts';
import { text } from '../values.ts';
import { type Call, createVerb } from '../verb.ts';
import { watchKeyFlag, watchKeyOf } from './watch-key.ts';

const tokenFlags = {
  stream: valued('stream', 'STREAM', text, everyStream, 'all streams', 'the stream that may be watched'),
  expires: timed('expires', 24 * 3_600_000, 'for how long, from now on'),
  watchKey: { ...watchKeyFlag, shownDefault: 'required' },
} as const;

export function tokenCommand(): Command {
  return createVerb({
    name: 'token',
    summary: 'make a token to watch with',
    description:
      'Prints a token for a server that was started with --watch-key. Viewers put it behind any URL: ' +
      '/?stream=cam&token=TOKEN for the page, /live/cam/index.m3u8?token=TOKEN for a player. Nothing is stored: a token ' +
      'holds until it expires, or until the server has another key.',
    groups: { Token: tokenFlags },
    connects: false,
    examples: [
      ['sluice live token --stream cam --expires 2h --watch-key watch.key', 'For two hours of one stream'],
    ],
    run,
  });
}

async function run({ settings, output }: Call<typeof tokenFlags>): Promise<ExitCode> {
  const { stream, expires, watchKey } = settings;
  const key = await watchKeyOf(watchKey);
  if (key === undefined)
    throw new ConfigurationError('--watch-key is missing: give the key that the server has');
  const until = Date.now() + expires;
  const token = makeToken(key, stream, until);
  if (output.json) writeJson({ token, stream, expires: until });
  else process.stdout.write(`${token}\n`);
  return ExitCode.ok;
}
