/** What zsh and fish complete, and whether the manual pages are well formed: `npm run test:shells`. */
import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createProgram } from '../../src/cli/program.ts';
import { manPages } from '../../src/cli/shown/man.ts';
import { shownVerb } from '../../src/cli/shown/tree.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';
import { runSluice } from '../support/sluice.ts';

const cases: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ['sluice li', ['list', 'live']],
  ['sluice live p', ['play', 'publish', 'push']],
  ['sluice ingest key ', ['add', 'list', 'remove']],
  ['sluice upload --links ', ['follow', 'keep', 'skip']],
  ['sluice upload --name live --links ', ['follow', 'keep', 'skip']],
  ['sluice live publish --chunks ', ['frame', 'part']],
  ['sluice upload --from ', ['my files/', 'photos/']],
  ['sluice download --config c', ['client.properties']],
  ['sluice state forget --ye', ['--yes']],
];

async function folderWithPaths(t: Parameters<typeof temporaryFolder>[0]): Promise<string> {
  const folder = await temporaryFolder(t);
  for (const name of ['photos', 'my files']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'client.properties'), '');
  return folder;
}

test('fish', async (t) => {
  const folder = await folderWithPaths(t);
  await writeFile(join(folder, '.completion'), (await runSluice(['completion', 'fish'])).stdout);
  for (const [line, offered] of cases) {
    const script = `source .completion; complete -C ${JSON.stringify(line)}`;
    const { stdout, stderr } = await runCommand('fish', ['--no-config', '-c', script], { cwd: folder });
    assert.equal(stderr, '');
    const values = stdout.split('\n').map((text) => text.split('\t')[0] ?? '');
    assert.deepEqual(values.filter((value) => value !== '').sort(), offered, line);
  }
});

/** Types a line into a zsh of its own, asks for what there is, and prints what the screen shows. */
const typed = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'autoload -U compinit; compinit -u -D; source ./.completion; PS1=; LISTMAX=1000; zstyle ":completion:*" list-rows-first no; stty columns 200; bindkey "^X" list-choices; print -r START-ED'
zpty -r shell seen '*START-ED*START-ED*'
zpty -n -w shell "$LINE_TYPED"$'\\x18'
sleep 1.5
while zpty -rt shell seen; do print -rn -- "$seen"; done
zpty -d shell
`;

test('zsh', async (t) => {
  const folder = await folderWithPaths(t);
  await writeFile(join(folder, '.completion'), (await runSluice(['completion', 'zsh'])).stdout);
  for (const [line, offered] of cases) {
    const env = { LINE_TYPED: line, TERM: 'dumb' };
    const { stdout } = await runCommand('zsh', ['-f', '-c', typed], { cwd: folder, env });
    for (const value of offered) {
      assert.ok(
        stdout.replaceAll('\\', '').includes(value),
        `${line}: ${value} in ${JSON.stringify(stdout)}`,
      );
    }
  }
});

test('the pages of the manual have no fault that mandoc finds, and one for each verb', async (t) => {
  const folder = await temporaryFolder(t);
  const pages = manPages('sluice', '0.0.0', shownVerb(createProgram('0.0.0')));
  for (const [name, text] of pages) await writeFile(join(folder, name), text);
  const { stdout, stderr } = await runCommand(
    'mandoc',
    ['-Tlint', '-W', 'warning', ...(await readdir(folder))],
    { cwd: folder },
  );
  // A date would make each build another one.
  const faults = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line !== '' && !line.includes('missing date'));
  assert.deepEqual(faults, []);
  assert.ok(pages.size > 30 && pages.has('sluice-live-publish.1'));
});
