/** The cheap part of what `npm run test:executable` shows. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32c as addons } from '@node-rs/crc32';
import { bundleCommand } from '../../scripts/executable/bundle.ts';
import { crc32c } from '../../scripts/executable/within/crc32c.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';
import fc from '../support/properties.ts';

const project = join(import.meta.dirname, '../..');

/** Packages that are asked for and need not be there. */
const doneWithout = ['bufferutil', 'supports-color', 'utf-8-validate'];

test('CRC-32C without the addon is what the addon says, at once and in two pieces', () => {
  assert.equal(crc32c('123456789'), 0xe3069283);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (first, second) => {
      const whole = Buffer.concat([first, second]);
      assert.equal(crc32c(whole), addons(whole));
      assert.equal(crc32c(second, crc32c(first)), addons(whole));
    }),
  );
});

test('The command as one text runs where nothing else is, and asks for modules of Node alone', async (t) => {
  const folder = await temporaryFolder(t);
  const { main, assets, asked, licences } = await bundleCommand(folder);
  const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
  const { stdout, stderr } = await runCommand(process.execPath, [main, '--version'], { cwd: folder });
  assert.equal(stdout, `${version}\n`, stderr);

  assert.deepEqual(
    asked.filter((name) => !isBuiltin(name)),
    doneWithout,
  );

  const pages = ['web/index.html', 'web/hls.mjs', 'web/console/index.html', 'web/console/uplot.mjs'];
  for (const name of ['threads/files/hashing/main', ...pages]) assert.ok(name in assets, name);
  assert.match(licences, /^fastify 5\..* \(MIT\)$/m);
});
