import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runWithoutFiles } from '../../../test/support/no-files-left.ts';
import { ConfigurationError } from '../../errors.ts';
import { encoderDefaults } from './options.ts';
import { startFault } from './process.ts';
import { makeSilence } from './silence.ts';

test('where nothing more can be opened the one that wanted FFmpeg is told, and the others go on', async () => {
  const said = await runWithoutFiles(
    `import { Readable } from 'node:stream'; import { startFfmpeg } from '${new URL('process.ts', import.meta.url)}';`,
    `const ffmpeg = startFfmpeg({ args: ['-version'], outputs: 2, stdin: Readable.from(['x']) });
    console.log(ffmpeg.outputs.length, String(await ffmpeg.ended));
    ffmpeg.end();`,
  );
  assert.match(said, /^2 SluiceError: ffmpeg cannot be started: .*ulimit -n.*\nit goes on\n$/);
});

test('a program that may not be started is told as that, whoever wants it', async () => {
  const may = fileURLToPath(import.meta.url);
  await assert.rejects(
    makeSilence({ ...encoderDefaults, input: 'test', realTime: true, keyframeInterval: 2000 }, may),
    (error: unknown) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(
        error.message,
        /cannot be started: spawn .* EACCES: it, or a folder of the PATH, is not ours to use/,
      );
      return true;
    },
  );
  assert.equal(startFault(new Error('it ended'), 'ffmpeg'), undefined);
});
