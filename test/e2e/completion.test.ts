/** What bash completes, by the script that `sluice completion bash` prints. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';
import { runSluice } from '../support/sluice.ts';

/** Words as bash has cut them, the last of which is completed, and what is offered. */
const cases: readonly (readonly [words: string, offered: string])[] = [
  ['sluice li', 'list live'],
  ['sluice live p', 'publish play push'],
  ['sluice ingest key ', 'add list remove'],
  ['sluice state forget --ye', '--yes'],
  ['sluice upload --links ', 'skip follow keep'],
  ['sluice upload --links = k', 'keep'],
  ['sluice upload --from photos --links s', 'skip'],
  ['sluice live publish --chunks ', 'part frame'],
  ['sluice ingest --authorize-as ', 'json form'],
  ['sluice broker start --brokers ', '1 3'],
  ['sluice upload --from ', 'my files|photos'],
  ['sluice download --config c', 'client.properties'],
  // A value is not taken for a verb, nor a flag of one verb for that of another.
  ['sluice upload --name live p', ''],
  ['sluice upload --chunks ', ''],
  ['sluice upload --bandwidth ', ''],
  ['sluice list --links', ''],
];

test('bash completes verbs, flags, their words, and paths', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['photos', 'my files']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'client.properties'), '');
  const { stdout: completion, code } = await runSluice(['completion', 'bash']);
  assert.equal(code, 0);

  const asked = cases.map(
    ([words]) =>
      `offer ${words
        .split(' ')
        .map((word) => `'${word}'`)
        .join(' ')}`,
  );
  const script = `${completion}
    offer() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _sluice; (IFS='|'; echo "\${COMPREPLY[*]}"); }
    ${asked.join('\n')}`;
  const { stdout, stderr } = await runCommand('bash', ['--norc', '-u'], { cwd: folder, input: script });

  assert.equal(stderr, '');
  const sorted = (text: string, between: string) => text.split(between).sort().join('|');
  const offered = stdout.trimEnd().split('\n');
  assert.deepEqual(
    cases.map(([words], index) => [words, sorted(offered[index] ?? '', '|')]),
    cases.map(([words, expected]) => [words, sorted(expected, expected.includes('|') ? '|' : ' ')]),
  );
});

test('for a shell that is not known the known ones are named', async () => {
  const { code, stderr, stdout } = await runSluice(['completion', 'tcsh']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /there is no completion for "tcsh"; it is one of bash, zsh, fish/);
});
