import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hiddenFile } from './hidden-file.ts';

test('What is hidden is read by its descriptor, and has no name', () => {
  const file = hiddenFile('a key\n');
  assert.equal(readFileSync(`/dev/fd/${file.descriptor}`, 'utf8'), 'a key\n');
  file.close();
});

test('Where nothing can be written, each try gives its descriptor back', async () => {
  const program = `
    import { readdirSync } from 'node:fs';
    import { hiddenFile } from ${JSON.stringify(fileURLToPath(new URL('./hidden-file.ts', import.meta.url)))};
    const open = () => readdirSync('/dev/fd').length;
    const before = open();
    let refused = 0;
    for (let tries = 0; tries < 5; tries++) try { hiddenFile('a key'); } catch { refused++; }
    console.log(refused, open() - before);`;
  // Files may not grow here, as on a full disk; who tries is told so by an error alone.
  const script = 'trap "" XFSZ; ulimit -f 0; exec "$0" --input-type=module -e "$1"';
  const { stdout } = await promisify(execFile)('bash', ['-c', script, process.execPath, program]);
  assert.equal(stdout, '5 0\n');
});
