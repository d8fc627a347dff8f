import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runWithoutFiles } from '../../../test/support/no-files-left.ts';
import { Snapshots, type Still } from './snapshot.ts';

const still = (key: string, rendition = 'main'): Still => ({ rendition, key, bytes: [] });

/** Pictures that a test finishes by hand. */
function decoder() {
  const running: PromiseWithResolvers<Buffer>[] = [];
  const snapshots = new Snapshots(() => {
    const picture = Promise.withResolvers<Buffer>();
    running.push(picture);
    return picture.promise;
  });
  return { snapshots, running };
}

test('One picture of a stream is decoded at a time, and kept for as long as it is the newest', async () => {
  const { snapshots, running } = decoder();
  const [first, second] = [snapshots.picture('cam', still('a')), snapshots.picture('cam', still('b'))];
  const other = snapshots.picture('other', still('a'));
  assert.equal(running.length, 2);
  running[0]?.resolve(Buffer.from('a'));
  running[1]?.resolve(Buffer.from('o'));
  // Who came while it was decoded has the picture of a moment ago.
  assert.deepEqual(
    await Promise.all([first, second, other]),
    ['a', 'a', 'o'].map((text) => Buffer.from(text)),
  );
  assert.equal((await snapshots.picture('cam', still('a'))).toString(), 'a');
  assert.equal(running.length, 2);
  const newer = snapshots.picture('cam', still('b'));
  running[2]?.resolve(Buffer.from('b'));
  assert.equal((await newer).toString(), 'b');
});

test('Each rendition has its picture: asked for in turn they are decoded once, and at once each gets its own', async () => {
  const { snapshots, running } = decoder();
  const both = [snapshots.picture('cam', still('a')), snapshots.picture('cam', still('a', 'small'))];
  assert.equal(running.length, 2);
  running[0]?.resolve(Buffer.from('large'));
  running[1]?.resolve(Buffer.from('small'));
  assert.deepEqual((await Promise.all(both)).map(String), ['large', 'small']);
  for (let round = 0; round < 5; round += 1) {
    assert.equal(String(await snapshots.picture('cam', still('a', 'small'))), 'small');
    assert.equal(String(await snapshots.picture('cam', still('a'))), 'large');
  }
  assert.equal(running.length, 2);
});

test('A picture that failed is tried again', async () => {
  const { snapshots, running } = decoder();
  const failed = snapshots.picture('cam', still('a'));
  running[0]?.reject(new Error('no FFmpeg'));
  await assert.rejects(failed, /no FFmpeg/);
  const again = snapshots.picture('cam', still('a'));
  running[1]?.resolve(Buffer.from('a'));
  assert.equal((await again).toString(), 'a');
});

test('Few pictures are decoded at a time, however many streams there are', async () => {
  const { snapshots, running } = decoder();
  const pictures = Array.from({ length: 10 }, (_, at) => snapshots.picture(`cam-${at}`, still('a')));
  let finished = 0;
  while (finished < 10) {
    assert.ok(running.length - finished <= 4);
    assert.ok(running.length > finished);
    running[finished]?.resolve(Buffer.from(String(finished)));
    await pictures[finished];
    await new Promise(setImmediate);
    finished += 1;
  }
  assert.equal((await pictures[9])?.toString(), '9');
});

test('where nothing more can be opened whoever wants a picture is told, and the server goes on', async () => {
  const said = await runWithoutFiles(
    `import { decodeStill } from '${new URL('snapshot.ts', import.meta.url)}';`,
    `const still = { rendition: 'main', key: '1', bytes: [Buffer.from('x')] };
    console.log(await decodeStill(still).catch(String));`,
  );
  assert.match(said, /^SluiceError: FFmpeg could not be started: .*ulimit -n.*\nit goes on\n$/);
});
