/** Every command in the documents, and in the help of every verb, is parsed as the command line does it: no verb, flag or value that is not there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { everyCommand, examplesOf } from '../../src/cli/verb.ts';
import { understood } from '../deploy/chart/words.ts';
import { readRepository } from './repository.ts';
import { shellOf, sluiceCommands, type WrittenCommand } from './shell.ts';

const repository = readRepository(fileURLToPath(new URL('../..', import.meta.url)));

/** What a user would read who copies the command; undefined where it would run. */
function faultOf({ words, environment }: WrittenCommand): string | undefined {
  // Of another program, whose library reads them.
  const own = Object.entries(environment).filter(([name]) => name.startsWith('SLUICE_'));
  try {
    understood(words, Object.fromEntries(own));
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined;
    return `sluice ${words.join(' ')}: ${(error as Error).message}`;
  }
}

const pages = repository.filter(
  ({ path }) =>
    /^(?:README\.md|SECURITY\.md|docs\/.*\.md|deploy\/.*\.md)$/.test(path) && !path.startsWith('docs/adr/'),
);

test('every command of a document would run', () => {
  const commands = pages.flatMap(({ path, text }) =>
    sluiceCommands(shellOf(text)).map((command) => ({ path, command })),
  );
  assert.ok(commands.length > 100, `${commands.length} were found`);
  const faults = commands.flatMap(({ path, command }) => {
    const fault = faultOf(command);
    return fault === undefined ? [] : [`${path}: ${fault}`];
  });
  assert.deepEqual(faults, []);
});

test('every example of a help would run', () => {
  const examples = everyCommand(createProgram('0')).flatMap((command) => examplesOf(command));
  assert.ok(examples.length > 40);
  const faults = examples.flatMap(([example]) => sluiceCommands(example).map(faultOf));
  assert.deepEqual(
    faults.filter((fault) => fault !== undefined),
    [],
  );
});

test('commands are taken out of a text as a shell does', () => {
  const text = `
A=b SLUICE_TOPIC=files sluice upload --from 'a b'   # sluice nothing
sluice cat --topic files "x/\\"y" > out.jpg && npm run -s sluice -- list --topic files | head
docker run sluice upload
eval "$(sluice completion bash)"; sluice live publish --stream a \\
  --input - < film.mp4
other --config <(sluice schema list)
`;
  assert.deepEqual(
    sluiceCommands(text).map(({ words }) => words.join(' | ')),
    [
      'upload | --from | a b',
      'cat | --topic | files | x/"y',
      'list | --topic | files',
      'live | publish | --stream | a | --input | -',
      'schema | list',
    ],
  );
  assert.deepEqual(sluiceCommands(text)[0]?.environment, { A: 'b', SLUICE_TOPIC: 'files' });
  assert.match(faultOf({ words: ['uplaod'], environment: {} }) ?? '', /unknown command/);
  assert.match(faultOf({ words: ['serve', '--prot', '1'], environment: {} }) ?? '', /unknown option/);
  assert.match(faultOf({ words: ['serve', '--port', 'x'], environment: {} }) ?? '', /whole number/);
});
