/**
 * The command line on machines of any kind: without a home, a user's name or an environment, in clusters that set variables of their own,
 * into outputs that end early or are full, with places of any form. Each run ends as its verb should, in lines and never in a stack.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../support/process.ts';
import fc from '../support/properties.ts';
import { assertAtOnce } from './at-once.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const stranger = ['unshare', '--user', '--map-user=12345', '--map-group=12345'];
const nobody = ['--bootstrap-servers', '127.0.0.1:1', '--give-up-after', '200ms'];

interface Verb {
  readonly words: readonly string[];
  /** How it ends, where nothing is odd. */
  readonly code: number;
  /** It takes a place behind its words. */
  readonly takesPlace?: boolean;
}

const verbs: readonly Verb[] = [
  { words: ['--version'], code: 0 },
  { words: ['--help'], code: 0 },
  { words: ['upload', '--help'], code: 0 },
  { words: ['live', 'token', '--watch-key', 'a-key-that-is-long-enough'], code: 0 },
  { words: ['broker', 'status', '--data', '.'], code: 3 },
  { words: ['list', '--topic', 'files', ...nobody], code: 4 },
  { words: ['upload', '--once', '--topic', 'files', ...nobody, '--from'], code: 4, takesPlace: true },
  { words: ['download', '--once', '--topic', 'files', ...nobody, '--to'], code: 4, takesPlace: true },
  { words: ['live', 'play', '--stream', 'cam', ...nobody], code: 4 },
  { words: ['serve', '--bootstrap-servers', '127.0.0.1:1', '--host', '127.77.0.1'], code: 130 },
];

/** What a run's standard output is. */
type Output = 'read' | 'closed at once' | 'full';

interface Start {
  readonly verb: Verb;
  readonly place: string;
  readonly isStranger: boolean;
  readonly home: string | undefined;
  /** Names of services beside this container, as its platform tells of them. */
  readonly services: readonly string[];
  readonly platform: 'kubernetes' | 'docker';
  readonly output: Output;
}

const scheme = fc.constantFrom('s3', 'gs', 'azblob', 'hdfs', 'http', 'sftp', 'ftp', 'rsync');
const url = fc.tuple(scheme, fc.constantFrom('bucket', 'host:90', 'a.b'), fc.constantFrom('', '/', '/x/y'));
const start: fc.Arbitrary<Start> = fc.record({
  verb: fc.constantFrom(...verbs),
  place: fc.oneof(
    fc.constantFrom('.', './a b', './a:b', 'a'),
    url.map(([name, host, path]) => `${name}://${host}${path}`),
  ),
  isStranger: fc.boolean(),
  home: fc.constantFrom(undefined, undefined, '', '/nowhere', tmpdir()),
  services: fc.uniqueArray(fc.constantFrom('SLUICE', 'SLUICE_WEB', 'REDIS', 'SLUICE_FILES'), {
    maxLength: 3,
  }),
  platform: fc.constantFrom('kubernetes', 'docker'),
  output: fc.constantFrom<Output>('read', 'read', 'closed at once', 'full'),
});

/** As Kubernetes writes them ("Service environment variables"), and Docker's links. */
function variablesOf(service: string, platform: Start['platform']): Record<string, string> {
  const listens = 'tcp://10.0.0.7:8080';
  const common = {
    [`${service}_PORT`]: listens,
    [`${service}_PORT_8080_TCP`]: listens,
    [`${service}_PORT_8080_TCP_ADDR`]: '10.0.0.7',
    [`${service}_PORT_8080_TCP_PORT`]: '8080',
    [`${service}_PORT_8080_TCP_PROTO`]: 'tcp',
  };
  return platform === 'docker'
    ? { ...common, [`${service}_NAME`]: '/web/db', [`${service}_ENV_MODE`]: 'x' }
    : { ...common, [`${service}_SERVICE_HOST`]: '10.0.0.7', [`${service}_SERVICE_PORT`]: '8080' };
}

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Whatever goes on (`serve`) is stopped once it has said something, or after a while. */
function run(
  { verb, place, output, ...machine }: Start,
  cwd: string,
  mayBeStranger: boolean,
): Promise<Ended> {
  const variables = Object.assign({}, ...machine.services.map((one) => variablesOf(one, machine.platform)));
  const home = machine.home ?? (mayBeStranger ? undefined : '');
  const environment = { ...variables, ...(home !== undefined && { HOME: home }) };
  const [program = '', ...words] = [
    ...(machine.isStranger && mayBeStranger ? stranger : []),
    process.execPath,
    main,
    ...verb.words,
    ...(verb.takesPlace ? [place] : []),
  ];
  const full = output === 'full' ? openSync('/dev/full', 'w') : undefined;
  const child = spawn(program, words, { cwd, env: environment, stdio: ['ignore', full ?? 'pipe', 'pipe'] });
  if (full !== undefined) closeSync(full);
  if (output === 'closed at once') child.stdout?.destroy();
  else child.stdout?.resume();
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (verb.words[0] === 'serve') child.kill('SIGTERM');
  });
  const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(late);
      resolve({ code, stderr });
    });
  });
}

test('Whatever the machine lacks or adds, a verb ends as it should, and says why in lines', async () => {
  const mayBeStranger = await runCommand(stranger[0]!, [...stranger.slice(1), 'true']).then(
    ({ code }) => code === 0,
    () => false,
  );
  const play = async (one: Start): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-start-'));
    try {
      for (const name of ['a', 'a b', 'a:b']) await mkdir(join(folder, name));
      await writeFile(join(folder, 'a', 'one'), 'one');
      const { code, stderr } = await run(one, folder, mayBeStranger);
      const isUrl = one.verb.takesPlace === true && one.place.includes('://');
      assert.doesNotMatch(stderr, /\n {4}at |unexpected/);
      const expected = isUrl ? [2] : [one.verb.code];
      // Nobody is left to tell; and where nothing can be written, that it could not be.
      if (one.output === 'closed at once') expected.push(0);
      // Stopped before it had begun.
      if (one.verb.words[0] === 'serve') expected.push(0);
      if (one.output === 'full') expected.push(1);
      assert.ok(expected.includes(code ?? -1), `exit code ${code} in the place of ${expected}: ${stderr}`);
      const made = (await readdir(folder)).filter((name) => name.endsWith(':'));
      assert.deepEqual(made, [], 'a URL was made into a folder');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  await assertAtOnce(start, play, { numRuns: 4, seed: 5, atOnce: 2 });
});
