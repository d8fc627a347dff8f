/** File systems that refuse what others do: FAT, network shares, FUSE. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { type CallName, type Refusal, RefusingCalls } from '../../../test/support/refusing-calls.ts';
import { digestOf } from '../../records/checksum.ts';
import type { Published } from '../contract.ts';
import { DiskCalls } from './calls.ts';
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

type Foreign = Awaited<ReturnType<typeof foreignSink>>;

/** Two files that came whole, and two that came in pieces. */
async function publishFour({ folder, sink }: Foreign, given = look): Promise<void> {
  for (const number of [1, 2]) {
    const text = `whole ${number}`;
    await sink.publishWhole(Buffer.from(text), `shop/${text}`, given, published(text, id(number)));
  }
  for (const number of [3, 4]) {
    const text = `part ${number}`;
    await sink.part(id(number)).write(Buffer.from(text), 0);
    await sink.part(id(number)).sync();
    await sink.publish(id(number), `shop/${text}`, given, published(text, id(number)));
  }
  await sink.checkpoint([]);
  const names = ['part 3', 'part 4', 'whole 1', 'whole 2'];
  assert.deepEqual((await readdir(join(folder, 'shop'))).toSorted(), names);
  for (const name of names) assert.equal(await readFile(join(folder, 'shop', name), 'utf8'), name);
}

test('What a file system does not do is done without: content arrives, and it is said once', async (t) => {
  const table: readonly (readonly [call: CallName, codes: readonly string[], word: RegExp])[] = [
    [
      'setMode',
      ['EPERM', 'ENOTSUP', 'EINVAL', 'ENOSYS', 'EOPNOTSUPP', 'EACCES'],
      /permissions are not kept there/,
    ],
    [
      'setTimes',
      ['EPERM', 'ENOTSUP', 'EINVAL', 'ENOSYS', 'EOPNOTSUPP', 'EACCES'],
      /times are not kept there/,
    ],
    [
      'syncFolder',
      ['EINVAL', 'ENOTSUP', 'ENOSYS', 'EACCES', 'EBADF', 'EISDIR'],
      /names cannot be made durable there/,
    ],
    ['sync', ['EINVAL', 'ENOTSUP', 'ENOSYS'], /files cannot be made durable there/],
    ['syncData', ['EINVAL', 'ENOTSUP', 'ENOSYS'], /files cannot be made durable there/],
  ];
  for (const [refused, codes, word] of table) {
    for (const code of codes) {
      const foreign = await foreignSink(t, (call) => (call === refused ? code : undefined));
      // Other permissions than a new file has, so that both ways set them.
      await publishFour(foreign, { ...look, mode: 0o666 });
      // Folders are made durable by the same call as files.
      assert.equal(foreign.notices.length, refused === 'sync' ? 2 : 1, `${refused} ${code}`);
      assert.match(foreign.notices[0]!, word);
      assert.match(foreign.notices[0]!, new RegExp(code));
      if (refused.startsWith('set')) assert.equal(foreign.calls.made[refused], 1, 'it was asked again');
    }
  }
});

test('A file system that does nothing of it at all', async (t) => {
  const refused = new Set<CallName>(['setMode', 'setTimes', 'sync', 'syncData', 'syncFolder']);
  const foreign = await foreignSink(t, (call) => (refused.has(call) ? 'ENOTSUP' : undefined));
  await publishFour(foreign, { ...look, mode: 0o666 });
  assert.equal(foreign.notices.length, 4);
  assert.deepEqual(await foreign.sink.published('shop/whole 1'), published('whole 1', id(1)));
  const late: string[] = [];
  foreign.sink.notices((message) => late.push(message));
  assert.deepEqual(late, foreign.notices, 'what was found before is told to who listens later');
});

test('Where times are not kept, what was published is as old as its record says, until somebody touches it', async (t) => {
  const { folder, sink, calls } = await foreignSink(t, (call) => (call === 'setTimes' ? 'EPERM' : undefined));
  await publishFour({ folder, sink, calls, notices: [] });
  const names = ['shop/whole 1', 'shop/part 3'];
  for (const name of names) assert.equal(await sink.timeOfTarget(name), look.mtime);
  const later = { ...look, mtime: '1700000001000000000' };
  await sink.publishWhole(Buffer.from('x'), names[0]!, later, published('x', id(5)));
  await sink.checkpoint([]);
  await sink.close();
  const again = await openDiskSink(folder, { calls });
  t.after(() => again.close());
  assert.equal(await again.timeOfTarget(names[0]!), later.mtime);
  await utimes(join(folder, names[0]!), 5, 5);
  await writeFile(join(folder, names[1]!), 'edited');
  assert.equal(await again.timeOfTarget(names[0]!), '5000000000');
  assert.ok(BigInt((await again.timeOfTarget(names[1]!))!) > BigInt(later.mtime));
  await again.adopt(names[0]!, published('x', id(5)));
  assert.equal(
    await again.timeOfTarget(names[0]!),
    '5000000000',
    'what was noted of another time is of no use',
  );
  assert.equal(
    await again.timeOfTarget(`${names[0]}/below`),
    undefined,
    'a file stands where a folder is needed',
  );
});

test('A disk that fails is no file system that cannot: the error is thrown', async (t) => {
  for (const refused of ['sync', 'setTimes', 'setMode'] as const) {
    const { sink, notices } = await foreignSink(t, (call) => (call === refused ? 'EIO' : undefined));
    const publishing = sink.publishWhole(
      Buffer.from('x'),
      'shop/a',
      { ...look, mode: 0o666 },
      published('x', id(1)),
    );
    await assert.rejects(publishing, { code: 'EIO' });
    assert.deepEqual(notices, []);
  }
});

/** Seconds of a call of setTimes. */
function secondsOf(args: readonly unknown[]): number {
  return Number(args[1]);
}

test('Times that a file system refuses become the nearest that it has, and that is said once', async (t) => {
  const [first, last] = [Date.UTC(1980, 0, 1) / 1000, Date.UTC(2107, 11, 31) / 1000];
  const { folder, sink, notices } = await foreignSink(t, (call, args) =>
    call === 'setTimes' && !(secondsOf(args) >= first && secondsOf(args) <= last) ? 'EINVAL' : undefined,
  );
  for (const [index, [mtime, year]] of (
    [
      [-11_644_473_600n, 1980],
      [-1n, 1980],
      [200_000_000n, 1980],
      [1_700_000_000n, 2023],
      [10_413_792_000n, 2107],
      [253_402_300_799n, 2107],
    ] as const
  ).entries()) {
    const given = { ...look, mtime: String(mtime * 1_000_000_000n) };
    await sink.publishWhole(Buffer.from('x'), `shop/${index}`, given, published('x', id(index)));
    assert.equal(
      (await stat(join(folder, 'shop', String(index)))).mtime.getUTCFullYear(),
      year,
      String(mtime),
    );
    assert.deepEqual(await sink.published(`shop/${index}`), published('x', id(index)));
  }
  assert.equal(notices.length, 1);
  assert.match(notices[0]!, /1601-01-01T.* cannot be kept there, and became 1980-/);
});

test('Times that a file system moves in silence are told too, and known again', async (t) => {
  const { folder, calls, sink, notices } = await foreignSink(t, () => undefined);
  const setTimes = calls.setTimes.bind(calls);
  // ext4 with small inodes: from 1901 to 2038, in whole seconds.
  calls.setTimes = (file, seconds) =>
    setTimes(file, String(Math.floor(Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), Number(seconds))))));
  for (const [name, mtime] of [
    ['old', '-11644473600000000000'],
    ['now', '1700000000999999000'],
    ['far', '10413792000000000000'],
  ] as const) {
    await sink.publishWhole(Buffer.from('x'), `shop/${name}`, { ...look, mtime }, published('x', id(1)));
    assert.deepEqual(await sink.published(`shop/${name}`), published('x', id(1)), name);
  }
  assert.equal((await stat(join(folder, 'shop/old'))).mtime.getUTCFullYear(), 1901);
  assert.equal(notices.length, 1);
});

test('Times that a file system turns into quite other ones become the nearest that it has', async (t) => {
  const [first, span] = [Date.UTC(1980, 0, 1) / 1000, (Date.UTC(2108, 0, 1) - Date.UTC(1980, 0, 1)) / 1000];
  const { folder, calls, sink, notices } = await foreignSink(t, () => undefined);
  const setTimes = calls.setTimes.bind(calls);
  // FAT's year has seven bits.
  calls.setTimes = (file, seconds) =>
    setTimes(file, String(first + ((((Number(seconds) - first) % span) + span) % span)));
  for (const [name, seconds, year] of [
    ['old', '-11644473600', 1980],
    ['before', '-1', 1980],
    ['now', '1700000000', 2023],
    ['far', '10413792000', 2107],
  ] as const) {
    const given = { ...look, mtime: `${seconds}000000000` };
    await sink.publishWhole(Buffer.from('x'), `shop/${name}`, given, published('x', id(1)));
    assert.equal((await stat(join(folder, 'shop', name))).mtime.getUTCFullYear(), year, name);
    assert.deepEqual(await sink.published(`shop/${name}`), published('x', id(1)), name);
  }
  assert.equal(notices.length, 1);
  assert.match(notices[0]!, /1601-01-01T.* became 1980-.*nearest/);
});

test('Times that are taken and not kept are told as that, and files arrive', async (t) => {
  const foreign = await foreignSink(t, () => undefined);
  foreign.calls.setTimes = async () => {};
  await publishFour(foreign);
  assert.equal(foreign.notices.length, 1);
  assert.match(foreign.notices[0]!, /2023-11-14T.* is not kept there/);
  assert.doesNotMatch(foreign.notices[0]!, /nearest/);
});

test('A name that is refused, as FAT refuses some, throws it with the name that people know', async (t) => {
  const { folder, sink } = await foreignSink(t, (call, args) =>
    call === 'rename' && String(args[1]).includes('?') ? 'EINVAL' : undefined,
  );
  await assert.rejects(sink.publishWhole(Buffer.from('x'), 'shop/a?', look, published('x', id(1))), {
    code: 'EINVAL',
  });
  assert.deepEqual(await readdir(join(folder, '.sluice/parts')), []);
  await mkdir(join(folder, 'shop/taken/below'), { recursive: true });
  await assert.rejects(
    sink.publishWhole(Buffer.from('x'), 'shop/taken', look, published('x', id(1))),
    (error: Error) => error.message.includes(join(folder, 'shop/taken')) && !error.message.includes('/proc/'),
  );
});

test('A name that is refused as if it were not there, as exFAT by FUSE does, is told as a name that cannot be held', async (t) => {
  const { folder, sink } = await foreignSink(t, (call, args) =>
    call === 'rename' && String(args[1]).includes('?') ? 'ENOENT' : undefined,
  );
  const refused = { code: 'EINVAL', message: /"shop\/a\?" is a name that this file system does not take/ };
  await assert.rejects(sink.publishWhole(Buffer.from('x'), 'shop/a?', look, published('x', id(1))), refused);
  await sink.part(id(2)).write(Buffer.from('x'), 0);
  await assert.rejects(sink.publish(id(2), 'shop/a?', look, published('x', id(2))), refused);
  await sink.publishWhole(Buffer.from('x'), 'shop/a', look, published('x', id(3)));
  assert.deepEqual(await readdir(join(folder, 'shop')), ['a']);
});
/** Calls on a disk that counts time in steps, in nanoseconds. */
class SteppedCalls extends DiskCalls {
  readonly #step: bigint;

  constructor(step: bigint) {
    super(true);
    this.#step = step;
  }

  override setTimes(file: number, time: string): Promise<void> {
    const nanoseconds = BigInt(Math.floor(Number(time) * 1e6)) * 1000n;
    const kept = nanoseconds - (nanoseconds % this.#step);
    return super.setTimes(
      file,
      `${kept / 1_000_000_000n}.${String(kept % 1_000_000_000n).padStart(9, '0')}5`,
    );
  }
}

test('A file that was published is known again, in whatever steps its disk counts time', async (t) => {
  const second = 1_000_000_000n;
  for (const step of [1000n, 1_000_000n, second / 100n, second, 2n * second]) {
    const folder = await temporaryFolder(t);
    const sink = await openDiskSink(folder, { calls: new SteppedCalls(step) });
    t.after(() => sink.close());
    // What the first ones show must hold for those that follow.
    const parts = [0n, 123_456_789n, 10_000_000n, 3_000_000n, 999_999_999n, 1_999_999_999n, 4000n];
    for (const [number, part] of parts.entries()) {
      const mtime = String(1_700_000_000n * second + part);
      await sink.publishWhole(
        Buffer.from('x'),
        `shop/${number}`,
        { mtime, mode: 0o644 },
        published('x', id(number)),
      );
    }
    for (const number of parts.keys())
      assert.equal((await sink.published(`shop/${number}`))?.upload, id(number), `${step} ${number}`);
  }
});
