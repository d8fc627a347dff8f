import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runWithoutFiles } from '../../../test/support/no-files-left.ts';

test('where nothing more can be opened the one that wanted FFmpeg is told, and the others go on', async () => {
  const said = await runWithoutFiles(
    `import { Readable } from 'node:stream'; import { startFfmpeg } from '${new URL('process.ts', import.meta.url)}';`,
    `const ffmpeg = startFfmpeg({ args: ['-version'], outputs: 2, stdin: Readable.from(['x']) });
    console.log(ffmpeg.outputs.length, String(await ffmpeg.ended));
    ffmpeg.end();`,
  );
  assert.match(said, /^2 SluiceError: ffmpeg cannot be started: .*ulimit -n.*\nit goes on\n$/);
});
