/** A member that a signal freezes, or kills, in the turn of a name: others take that from it, and whatever it does later replaces nothing. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { id, look, publishedAs } from '../../../../test/contracts/sink/ground.ts';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { waitFor } from '../../../../test/support/wait.ts';
import { turnPoints } from '../../../crash-points.ts';
import type { Sink } from '../../contract.ts';
import { openDiskSink } from '../sink.ts';

const program = fileURLToPath(new URL('../../../../test/group/frozen-member.ts', import.meta.url));

const open = (folder: string): Promise<Sink> =>
  openDiskSink(folder, { group: { name: 'fill', reader: 'other', patience: 100 } });

/** A member that comes to a point amid a call, and stands still or is dead there. */
async function stopped(t: TestContext, folder: string, call: string, point: string, signal: string) {
  const child: ChildProcess = spawn(process.execPath, [program, folder, call, point, signal], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const said = text(child.stdout!);
  const ended = once(child, 'exit');
  const isStill = async (): Promise<boolean> => {
    if (child.signalCode !== null) return true;
    const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '');
    return /\) T /.test(stat);
  };
  await waitFor(isStill, { what: `${call} at ${point}`, timeout: 60_000 });
  return {
    /** What it says of its call, once it goes on. */
    goOn: async (): Promise<Record<string, unknown>> => {
      child.kill('SIGCONT');
      await ended;
      return JSON.parse(await said) as Record<string, unknown>;
    },
  };
}

/** Each kind of writing where it matters; what is recorded behind comes by no point between. */
const frozen = [
  ...turnPoints.map((point) => ['publish', point] as const),
  ['publishWhole', 'turn:after-record'],
  ['publish where nothing stands', 'turn:after-record'],
  ['remove', 'turn:after-take'],
  ['remove', 'turn:after-rename'],
  ['link', 'turn:after-take'],
  ['link', 'turn:after-rename'],
  ['link where nothing stands', 'turn:after-take'],
] as const;

const killed = [
  ['publish', 'turn:after-record'],
  ['publish', 'turn:after-rename'],
  ['remove', 'turn:after-rename'],
  ['link', 'turn:after-rename'],
] as const;

test('What a frozen member was about to do to a name replaces nothing that others have put there', {
  concurrency: true,
}, async (t) => {
  const all = frozen.map(([call, point]) =>
    t.test(`${call}, ${point}`, async (t) => {
      const folder = await temporaryFolder(t);
      const sink = await open(folder);
      t.after(() => sink.close());
      // The folder stands: nobody's turn at it is in the way.
      await sink.publishWhole(Buffer.from('z'), 'shop/z', look, publishedAs('z', id(1)));
      if (!call.includes('nothing'))
        await sink.publishWhole(Buffer.from('first'), 'shop/a', look, publishedAs('first', id(1)));
      const zombie = await stopped(t, folder, call, point, 'SIGSTOP');
      // What it was to do is of an older version by now, of which others have nothing to say.
      await sink.newest('shop/a');
      await sink.publishWhole(Buffer.from('newer'), 'shop/a', look, publishedAs('newer', id(3)));
      const ended = await zombie.goOn();
      assert.equal(await readFile(join(folder, 'shop/a'), 'utf8'), 'newer');
      assert.deepEqual(await sink.published('shop/a'), publishedAs('newer', id(3)));
      assert.equal(ended.newest, id(3));
      // It says that it did what it has done, and nothing else.
      const isDone = call !== 'remove' && !call.startsWith('link') && point === 'turn:after-rename';
      if (call === 'remove') assert.deepEqual(ended.value, { result: 'gone' });
      else assert.equal(ended.error, isDone ? undefined : 'ReplacedError');
      assert.deepEqual(await readdir(join(folder, '.sluice', 'turns')), []);
    }),
  );
  await Promise.all(all);
});

test('What a member was about to do when it was killed is done by another', {
  concurrency: true,
}, async (t) => {
  const all = killed.map(([call, point]) =>
    t.test(`${call}, ${point}`, async (t) => {
      const folder = await temporaryFolder(t);
      const sink = await open(folder);
      t.after(() => sink.close());
      await sink.publishWhole(Buffer.from('first'), 'shop/a', look, publishedAs('first', id(1)));
      await stopped(t, folder, call, point, 'SIGKILL');
      const newest = await sink.newest('shop/a');
      const isDone = call === 'publish' && point === 'turn:after-rename';
      // Nobody takes for done what is not.
      if (call === 'publish') {
        const standing = await sink.published('shop/a');
        assert.equal(standing?.upload === id(2), isDone);
        const of = publishedAs('of the zombie', id(2));
        if (!isDone) await sink.publishWhole(Buffer.from('of the zombie'), 'shop/a', look, of);
        assert.deepEqual(await sink.published('shop/a'), of);
      } else {
        assert.equal(newest, id(1));
        if (call === 'remove') await sink.remove!('shop/a', id(2));
        else await sink.link!('shop/a', { upload: id(2), to: 'b', mtime: look.mtime });
        assert.equal(await sink.newest('shop/a'), id(2));
        assert.equal(await sink.linkAt!('shop/a'), call === 'link' ? 'b' : undefined);
      }
      // Where nobody has asked for the name since, its turn waits for that.
      if (!isDone) assert.deepEqual(await readdir(join(folder, '.sluice', 'turns')), []);
    }),
  );
  await Promise.all(all);
});

test('A version that was recorded and not put there is not taken for what stands there', async (t) => {
  const folders = await Promise.all([1, 2, 3].map(() => temporaryFolder(t)));
  const [removed, older, foreign] = (await Promise.all(
    folders.map(async (folder, at) => {
      const sink = await open(folder);
      t.after(() => sink.close());
      if (at < 2) await sink.publishWhole(Buffer.from('first'), 'shop/a', look, publishedAs('first', id(1)));
      else {
        await mkdir(join(folder, 'shop'));
        await writeFile(join(folder, 'shop/a'), 'first');
      }
      await stopped(t, folder, 'publish', 'turn:after-record', 'SIGKILL');
      return sink;
    }),
  )) as [Sink, Sink, Sink];
  // A removal that comes to another member first removes what stands there, which is ours.
  assert.deepEqual(await removed.remove!('shop/a', id(3)), { result: 'removed' });
  // Whoever asks whether it came already, to keep nothing aside twice, is not told that it did.
  assert.equal(await older.newest('shop/a'), id(1));
  assert.deepEqual(await older.published('shop/a'), publishedAs('first', id(1)));
  assert.equal(await foreign.newest('shop/a'), undefined);
  for (const sink of [older, foreign]) {
    const kept = await sink.publishWhole(Buffer.from('b'), 'shop/a', look, publishedAs('b', id(2)), 'aside');
    assert.equal(kept, 'shop/a~1');
    assert.equal(await sink.newest('shop/a'), id(2));
    assert.deepEqual(await sink.published('shop/a'), publishedAs('b', id(2)));
  }
});
