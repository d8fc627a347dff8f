/** `sluice console token`: lets somebody in. */
import type { Command } from 'commander';
import { type Role, roles } from '../../console/contract.ts';
import { makeConsoleToken } from '../../console/http/access/tokens.ts';
import { ConfigurationError, ExitCode } from '../../errors.ts';
import { optional, timed, valued } from '../flags.ts';
import { keyOf } from '../live/watch-key.ts';
import { writeJson } from '../output.ts';
import { choice, text } from '../values.ts';
import { type Call, createVerb } from '../verb.ts';
import { consoleKeyFlag } from './console-key.ts';

const tokenFlags = {
  role: valued(
    'role',
    'ROLE',
    choice(roles),
    'look' as Role,
    'look',
    'what may be done with it: look, fetch, send or administer; each may what those before it may',
  ),
  name: optional('name', 'NAME', text, 'whose it is: the page and the log say it'),
  expires: timed('expires', 24 * 3_600_000, 'for how long, from now on'),
  consoleKey: { ...consoleKeyFlag, shownDefault: 'required' },
} as const;

export function tokenCommand(): Command {
  return createVerb({
    name: 'token',
    summary: 'make a token for the console',
    description:
      'Prints a token for a console that was started with --console-key. It is entered on the page, or stands in the address ' +
      'behind #token=. Nothing is stored: a token holds until it expires, or until the console has another key.',
    groups: { Token: tokenFlags },
    connects: false,
    examples: [
      [
        'sluice console token --role send --expires 7d --console-key console.key',
        'To look, to fetch and to send, for a week',
      ],
    ],
    run,
  });
}

async function run({ settings, output }: Call<typeof tokenFlags>): Promise<ExitCode> {
  const { role, name: user, expires, consoleKey } = settings;
  const key = await keyOf(consoleKey, '--console-key');
  if (key === undefined)
    throw new ConfigurationError('--console-key is missing: give the key that the console has');
  const until = Date.now() + expires;
  const token = makeConsoleToken(key, { role, expires: until, ...(user === undefined ? {} : { user }) });
  if (output.json) writeJson({ token, role, ...(user === undefined ? {} : { name: user }), expires: until });
  else process.stdout.write(`${token}\n`);
  return ExitCode.ok;
}
