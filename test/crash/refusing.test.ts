/** File systems that refuse calls of the system itself, SQLite's too. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/folder.ts';
import { compilePreload } from '../support/preload.ts';
import { runCommand } from '../support/process.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

test('A disk that makes nothing durable, keeps no times and no permissions takes files, and remembers them', async (t) => {
  const folder = await temporaryFolder(t);
  const [refusing, sink] = [join(folder, 'refusing.so'), join(folder, 'sink')];
  await compilePreload(here('refusing.c'), refusing);
  const calls = {
    chmod: 'permissions',
    times: 'times',
    fsync: 'files cannot',
    'fsync-folder': 'names cannot',
  };
  const env = {
    ...process.env,
    LD_PRELOAD: refusing,
    REFUSING_ROOT: sink,
    REFUSING_CALLS: Object.keys(calls).join(','),
  };
  for (const before of [undefined, '0'.repeat(32)]) {
    const { code, stdout, stderr } = await runCommand(process.execPath, [here('refused-sink.ts'), sink], {
      env,
    });
    assert.equal(code, 0, stderr);
    const found = JSON.parse(stdout) as { before?: string; notices: string[] };
    assert.equal(found.before, before, 'the journal remembers what it was told');
    for (const words of Object.values(calls))
      assert.ok(
        found.notices.some((notice) => notice.includes(words)),
        words,
      );
    assert.equal(readFileSync(join(sink, 'shop/file'), 'utf8'), 'bytes');
  }
});
