/**
 * The page's own modules. They are JavaScript, as browsers run them, so their types are checked apart from those of the project,
 * and so are these tests of them: each file in `modules/` has the name of the module that it is about.
 */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../support/process.ts';

const modules = new URL('modules/', import.meta.url);
const repository = fileURLToPath(new URL('../..', import.meta.url));

for (const name of (await readdir(modules)).filter((name) => name.endsWith('.js'))) {
  await import(new URL(name, modules).href);
}

test('types of the page and of its tests are right', async () => {
  for (const project of ['web', 'test/browser/modules']) {
    const { code, stdout } = await runCommand('npx', ['tsc', '--project', join(repository, project)], {
      cwd: repository,
    });
    assert.equal(code, 0, stdout);
  }
});
