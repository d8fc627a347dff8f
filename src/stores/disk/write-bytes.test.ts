/** File systems that take bytes behind the end of a file unwillingly, or holes, or several writes at once. */
import assert from 'node:assert/strict';
import { fstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { noise } from '../../../test/support/flow.ts';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { type CallName, type Refusal, RefusingCalls } from '../../../test/support/refusing-calls.ts';
import { digestOf } from '../../records/checksum.ts';
import type { Published } from '../contract.ts';
import { openDiskSink } from './sink.ts';

const look = { mtime: '1700000000123456000', mode: 0o640 };

function id(number: number): string {
  return String(number).padStart(32, '0');
}

function published(text: string, upload: string): Published {
  return { upload, size: text.length, digest: digestOf('md5', Buffer.from(text)) };
}

async function foreignSink(t: TestContext, refusal: Refusal) {
  const folder = await temporaryFolder(t);
  const calls = new RefusingCalls(refusal);
  const sink = await openDiskSink(folder, { calls });
  t.after(() => sink.close());
  const notices: string[] = [];
  sink.notices((message) => notices.push(message));
  return { folder, calls, sink, notices };
}

test('Where files cannot be made longer, runs of zeros are written, and that is said once', async (t) => {
  for (const code of ['EPERM', 'EINVAL', 'ENOTSUP', 'ENOSYS']) {
    const foreign = await foreignSink(t, (call) => (call === 'resizeNow' ? code : undefined));
    const { folder, sink, calls, notices } = foreign;
    for (const number of [1, 2]) {
      const text = '\0'.repeat(200_000);
      await sink.part(id(number)).write(Buffer.from(text.slice(100_000)), 100_000);
      await sink.part(id(number)).write(Buffer.from(text.slice(0, 100_000)), 0);
      await sink.publish(id(number), `shop/${number}`, look, published(text, id(number)));
      assert.equal(await readFile(join(folder, 'shop', String(number)), 'utf8'), text);
    }
    assert.deepEqual([notices.length, calls.made.resizeNow], [1, 1], code);
    assert.match(notices[0]!, /runs of zeros take room/);
  }
  const { sink } = await foreignSink(t, (call) => (call === 'resizeNow' ? 'EIO' : undefined));
  await assert.rejects(sink.part(id(1)).write(Buffer.alloc(100_000), 0), { code: 'EIO' });
});

/** True for a write that begins behind the end of its file. */
function leavesGap(call: CallName, args: readonly unknown[]): boolean {
  return call === 'write' && Number(args[2] ?? 0) > fstatSync(Number(args[0])).size;
}

test('Where files take no bytes behind their end, what comes out of order arrives all the same', async (t) => {
  const size = 1_000_000;
  const bytes = Buffer.concat([noise(size / 2), Buffer.alloc(200_000), noise(300_000)]);
  const chunk = 70_000;
  const positions = Array.from({ length: Math.ceil(size / chunk) }, (_, index) => index * chunk);
  for (const code of ['EPERM', 'EINVAL', 'ENOTSUP']) {
    for (const order of [
      positions,
      positions.toReversed(),
      [...positions].sort((a, b) => (a % 9) - (b % 9)),
    ]) {
      for (const canResize of [true, false]) {
        const foreign = await foreignSink(t, (call, args) =>
          leavesGap(call, args) || (call === 'resizeNow' && !canResize) ? code : undefined,
        );
        const { folder, sink, notices } = foreign;
        const part = sink.part(id(1));
        await Promise.all(order.map((at) => part.write(bytes.subarray(at, at + chunk), at)));
        const published = { upload: id(1), size, digest: digestOf('md5', bytes) };
        await sink.publish(id(1), 'shop/a', look, published);
        assert.ok((await readFile(join(folder, 'shop/a'))).equals(bytes), code);
        assert.equal(notices.filter((notice) => /written behind their end/.test(notice)).length, 1);
      }
    }
  }
});

test('A temporary file that takes no bytes at all throws what the system says, and nothing is said of the file system', async (t) => {
  const { sink, notices } = await foreignSink(t, (call) => (call === 'write' ? 'EPERM' : undefined));
  const part = sink.part(id(1));
  for (const position of [0, 100, 100_000])
    await assert.rejects(part.write(noise(100), position), { code: 'EPERM' });
  assert.deepEqual(notices, []);
});

test('Where a program makes the file system, a file is written from its beginning on, one call after the other', async (t) => {
  const size = 1_000_000;
  const bytes = Buffer.concat([noise(size / 2), Buffer.alloc(200_000), noise(300_000)]);
  const chunk = 70_000;
  const positions = Array.from({ length: Math.ceil(size / chunk) }, (_, index) => index * chunk);
  for (const order of [positions, positions.toReversed()]) {
    for (const canResize of [true, false]) {
      const folder = await temporaryFolder(t);
      let gaps = 0;
      const refusal: Refusal = (call, args) => {
        if (leavesGap(call, args)) gaps++;
        return call === 'resizeNow' && !canResize ? 'EPERM' : undefined;
      };
      const calls = new RefusingCalls(refusal, false, true);
      const write = calls.write.bind(calls);
      let [now, most] = [0, 0];
      calls.write = async (...args) => {
        most = Math.max(most, ++now);
        await write(...args).finally(() => now--);
      };
      const sink = await openDiskSink(folder, { calls });
      t.after(() => sink.close());
      const part = sink.part(id(1));
      await Promise.all(order.map((at) => part.write(bytes.subarray(at, at + chunk), at)));
      await sink.publish(id(1), 'shop/a', look, { upload: id(1), size, digest: digestOf('md5', bytes) });
      assert.ok((await readFile(join(folder, 'shop/a'))).equals(bytes));
      assert.deepEqual([gaps, most], [0, 1]);
    }
  }
});
