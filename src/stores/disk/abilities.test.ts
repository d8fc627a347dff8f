import assert from 'node:assert/strict';
import * as disk from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ProbeCalls, probeAbilities } from './abilities.ts';

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await disk.mkdtemp(join(tmpdir(), 'sluice-abilities-'));
  t.after(() => disk.rm(folder, { recursive: true, force: true }));
  return folder;
}

test('the file system of this machine can do all, and is left as it was', async (t) => {
  const folder = await temporaryFolder(t);
  const found = await probeAbilities(folder);
  if (process.platform === 'linux') {
    assert.deepEqual(found.lacks, {});
    assert.equal(found.caseSensitive, true);
  }
  const { bavail, bsize } = await disk.statfs(folder);
  assert.ok(Math.abs(found.freeBytes - bavail * bsize) < 1e9);
  assert.ok(found.times !== undefined && found.times.earliest <= 0 && found.times.latest >= 2 ** 31 - 1);
  assert.ok(found.times.granularity <= 1e6);
  assert.deepEqual(await disk.readdir(folder), []);
});

test('where nothing can be written, it rejects with the reason of the system', async (t) => {
  const absent = join(await temporaryFolder(t), 'absent');
  await assert.rejects(probeAbilities(absent), { code: 'ENOENT' });
});

/** The disk's own calls, with what a file does replaced. */
function withFiles(change: (file: disk.FileHandle, path: string) => Partial<disk.FileHandle>): ProbeCalls {
  const open: ProbeCalls['open'] = async (path, flags, mode) => {
    const file = await disk.open(path, flags, mode);
    const own = change(file, String(path));
    return new Proxy(file, {
      get(target, name) {
        const value = Reflect.get(name in own ? own : target, name);
        return typeof value === 'function' ? value.bind(name in own ? own : target) : value;
      },
    });
  };
  return { ...disk, open };
}

function refuse(code: string) {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
}

test('what is refused is told with its code, each for itself', async (t) => {
  const folder = await temporaryFolder(t);
  const { lacks, times } = await probeAbilities(folder, {
    ...withFiles((_, path) =>
      path.endsWith('file')
        ? { chmod: refuse('EPERM'), utimes: refuse('ENOTSUP') }
        : { sync: refuse('EINVAL') },
    ),
    link: refuse('EOPNOTSUPP'),
    symlink: refuse('EPERM'),
  });
  assert.deepEqual(lacks, {
    mode: 'EPERM',
    times: 'ENOTSUP',
    syncFolder: 'EINVAL',
    hardLinks: 'EOPNOTSUPP',
    symbolicLinks: 'EPERM',
  });
  assert.equal(times, undefined);
  assert.deepEqual(await disk.readdir(folder), []);
});

test('what has no error and no effect either is ignored', async (t) => {
  const { lacks } = await probeAbilities(
    await temporaryFolder(t),
    withFiles(() => ({ chmod: async () => {}, utimes: async () => {} })),
  );
  assert.deepEqual(lacks, { mode: 'ignored', times: 'ignored' });
});

test('times of FAT: from 1980 to 2107, and every second second', async (t) => {
  const [earliest, latest] = [Date.UTC(1980, 0, 1) / 1000, Date.UTC(2107, 11, 31, 23, 59, 58) / 1000];
  const ofFat = (seconds: number) => Math.floor(Math.min(latest, Math.max(earliest, seconds)) / 2) * 2;
  const files = withFiles((file) => ({
    utimes: (_, seconds) => file.utimes(0, String(ofFat(Number(seconds)))),
  }));
  const { times } = await probeAbilities(await temporaryFolder(t), files);
  assert.deepEqual(times, { earliest, latest: latest + 1, granularity: 2e9 });
});

test('times of ext4 with small inodes, which refuses others', async (t) => {
  const files = withFiles((file) => ({
    utimes: (_, seconds) =>
      Math.abs(Number(seconds)) < 2 ** 31
        ? file.utimes(0, String(Math.floor(Number(seconds))))
        : refuse('EINVAL')(),
  }));
  const { times } = await probeAbilities(await temporaryFolder(t), files);
  assert.deepEqual(times, { earliest: 1 - 2 ** 31, latest: 2 ** 31 - 1, granularity: 1e9 });
});
