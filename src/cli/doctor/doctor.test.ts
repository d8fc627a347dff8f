import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { judgeClock, judgeStateTopic, judgeTopic } from '../../files/shared/judge-topic.ts';
import type { TopicDescription } from '../../kafka/contract.ts';
import type { FolderAbilities } from '../../stores/disk/abilities.ts';
import { createStyle } from '../terminal/style.ts';
import { judgeFileSystem, judgeSpace } from './file-system.ts';
import { exitCodeOf, type Finding, findingLines } from './finding.ts';
import { examineSink, examineSource } from './folders.ts';
import { judgeFfmpeg, judgeJava, judgeOpenFiles } from './machine.ts';
import { examinePlaces } from './places.ts';

const healthy: TopicDescription = {
  name: 'files',
  id: 'id',
  partitions: 4,
  replicationFactor: 3,
  rights: ['Read', 'Write', 'Describe', 'DescribeConfigs'],
  maxMessageBytes: 1_048_588,
  config: {
    'cleanup.policy': 'delete',
    'compression.type': 'producer',
    'min.insync.replicas': '2',
    'retention.ms': '604800000',
    'retention.bytes': '-1',
    'segment.bytes': '1073741824',
  },
};

function statuses(findings: readonly Finding[]): string[] {
  return findings.filter(({ status }) => status !== 'ok').map(({ check, status }) => `${check}: ${status}`);
}

test('a healthy topic', () => {
  assert.deepEqual(statuses(judgeTopic(healthy, 3)), []);
});

test('what is wrong with a topic', () => {
  const table: [Partial<TopicDescription>, Readonly<Record<string, string>>, number, string[]][] = [
    [{}, { 'cleanup.policy': 'compact,delete' }, 3, ['Cleanup: problem']],
    [{}, { 'retention.ms': '3600000' }, 3, ['Retention: warning']],
    [{}, { 'retention.ms': '-1' }, 3, ['Retention: note']],
    [{}, { 'compression.type': 'zstd' }, 3, ['Compression: warning']],
    [{}, { 'segment.bytes': '1000000' }, 3, ['Record size: problem']],
    [{}, { 'min.insync.replicas': '1' }, 3, ['Copies: warning']],
    [{}, { 'min.insync.replicas': '4' }, 3, ['Copies: problem']],
    [{ rights: ['Read', 'Describe'] }, {}, 3, ['Rights: note']],
    [{ rights: ['Describe'] }, {}, 3, ['Rights: problem']],
    [{ rights: undefined }, {}, 3, []],
    [{ replicationFactor: 1 }, { 'min.insync.replicas': '1' }, 3, ['Copies: warning']],
    [{ replicationFactor: 1 }, { 'min.insync.replicas': '1' }, 1, ['Copies: note']],
    [{ maxMessageBytes: undefined }, {}, 3, ['Record size: warning']],
    [{ maxMessageBytes: 20_000 }, {}, 3, ['Record size: warning']],
  ];
  for (const [topic, config, brokers, expected] of table) {
    const described = { ...healthy, ...topic, config: { ...healthy.config, ...config } };
    assert.deepEqual(statuses(judgeTopic(described, brokers)), expected);
  }
});

test('every warning and problem says how to mend it', () => {
  const sick = {
    ...healthy,
    config: { 'cleanup.policy': 'compact', 'retention.ms': '1', 'compression.type': 'gzip' },
  };
  const found = [...judgeTopic(sick, 3), judgeStateTopic('files.state', { ...healthy, name: 'files.state' })];
  for (const { status, remedy } of found)
    assert.ok(status === 'ok' || status === 'note' || remedy !== undefined);
  assert.deepEqual(statuses([judgeStateTopic('files.state', undefined)]), ['State topic: note']);
  assert.deepEqual(
    statuses([judgeStateTopic('files.state', { ...healthy, config: { 'cleanup.policy': 'delete' } })]),
    ['State topic: problem'],
  );
});

test('clocks, Java, open files', () => {
  assert.deepEqual(judgeClock(undefined, 0), []);
  assert.deepEqual(statuses(judgeClock(1000, 0)), []);
  assert.deepEqual(statuses(judgeClock(7_200_000, 0)), ['Clock: warning']);
  assert.equal(judgeJava('openjdk version "17.0.9" 2023-10-17').status, 'ok');
  assert.equal(judgeJava('openjdk version "21" 2023-09-19').status, 'ok');
  assert.equal(judgeJava('java version "1.8.0_301"').status, 'warning');
  assert.equal(judgeJava(undefined).status, 'note');
  assert.equal(judgeOpenFiles('1024').status, 'warning');
  assert.equal(judgeOpenFiles('1048576').status, 'ok');
  assert.equal(judgeOpenFiles('unlimited').status, 'ok');
});

test('FFmpeg: installed, new enough, with the encoders of live video and its companion', () => {
  const encoders = ' V..... libx264              libx264 H.264\n A..... aac                  AAC\n';
  const probe = 'ffprobe version 5.1.9';
  const version = 'ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers';
  const table: [ReturnType<typeof judgeFfmpeg>['status'], RegExp, Parameters<typeof judgeFfmpeg>[0]][] = [
    ['ok', /^5\.1\.9-0\+deb12u1, with libx264 and aac$/, { version, encoders, probe }],
    ['ok', /^n7\.1/, { version: 'ffmpeg version n7.1 Copyright', encoders, probe }],
    ['ok', /^N-118/, { version: 'ffmpeg version N-118000-gabcdef Copyright', encoders, probe }],
    ['note', /not installed/, {}],
    ['warning', /4\.4\.2 is too old/, { version: 'ffmpeg version 4.4.2 Copyright', encoders, probe }],
    ['warning', /5\.0\.1 is too old/, { version: 'ffmpeg version 5.0.1 Copyright', encoders, probe }],
    ['warning', /without libx264,/, { version, encoders: ' A..... aac   AAC\n', probe }],
    ['warning', /without libx264 and aac/, { version, probe }],
    ['warning', /without ffprobe/, { version, encoders }],
  ];
  for (const [status, message, answers] of table) {
    const finding = judgeFfmpeg(answers);
    assert.equal(finding.status, status, finding.message);
    assert.match(finding.message, message);
    assert.equal(finding.remedy === undefined, status === 'ok');
  }
});

test('folders', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-doctor-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  assert.deepEqual(statuses(await examineSource(folder)), []);
  assert.deepEqual(statuses(await examineSource(join(folder, 'absent'))), ['Source: problem']);
  assert.deepEqual(statuses(await examineSource(import.meta.filename)), ['Source: problem']);
  if (process.platform === 'linux') {
    assert.deepEqual(statuses(await examineSource('/proc/self')), ['Source: warning', 'Changes: note']);
  }
  assert.deepEqual(
    (await examineSink(join(folder, 'a', 'b'))).map(({ check, message }) => [
      check,
      message.split(' ').slice(1).join(' '),
    ])[0],
    ['Sink', 'will be made'],
  );
  assert.equal((await examineSink(join(import.meta.filename, 'below')))[0]?.status, 'problem');
  assert.deepEqual(await readdir(folder), []);
});

const able: FolderAbilities = {
  lacks: {},
  caseSensitive: true,
  times: { earliest: -(2 ** 31), latest: 2 ** 33, granularity: 1000 },
  freeBytes: 50e9,
  freeInodes: 1e6,
};

test('each of several sources is looked at', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-doctor-'));
  t.after(() => rm(folder, { recursive: true }));
  const switches = { s3PathStyle: false, s3RequesterPays: false, s3Anonymous: false, gsAnonymous: false };
  const absent = join(folder, 'absent');
  const found = await examinePlaces({ ...switches, from: { photos: folder, logs: absent } });
  const sources = found.filter(({ check }) => check === 'Source');
  assert.deepEqual(
    sources.map(({ status }) => status),
    ['ok', 'problem'],
  );
  assert.ok(sources[0]?.message.startsWith(folder) && sources[1]?.message.startsWith(absent));
});

test('what a file system can do', () => {
  const fat = { earliest: 315_532_800, latest: 4_354_819_199, granularity: 2e9 };
  const table: [Partial<FolderAbilities>, string[]][] = [
    [{}, []],
    [{ lacks: { symbolicLinks: 'EPERM', hardLinks: 'EPERM' } }, []],
    [{ lacks: { mode: 'EPERM', times: 'ignored' }, times: undefined }, ['note', 'note']],
    [{ lacks: { sync: 'EINVAL' } }, ['warning']],
    [{ lacks: { syncFolder: 'EINVAL', holes: 'ignored' } }, ['warning', 'note']],
    [{ lacks: { rename: 'EPERM' } }, ['problem']],
    [{ caseSensitive: false }, ['note']],
    [{ times: fat }, ['note', 'note']],
  ];
  for (const [lack, expected] of table) {
    const findings = judgeFileSystem({ ...able, ...lack });
    assert.deepEqual(
      findings.map(({ status }) => status),
      expected.length === 0 ? ['ok'] : expected,
    );
  }
  const [range, steps] = judgeFileSystem({ ...able, times: fat });
  assert.equal(range?.message, 'times before 1980-01-01 or after 2107-12-31 are not kept');
  assert.equal(steps?.message, 'times are kept to 2 s');
});

test('how much fits', () => {
  assert.deepEqual(judgeSpace(able), {
    check: 'Free space',
    status: 'ok',
    message: '50 GB, 1,000,000 files at the sink',
  });
  assert.equal(judgeSpace({ ...able, freeBytes: 5e8 }).status, 'warning');
  assert.match(judgeSpace({ ...able, freeInodes: 17 }).remedy ?? '', /inodes/);
  assert.equal(judgeSpace({ ...able, freeInodes: undefined }).message, '50 GB at the sink');
});

test('lines and exit codes', () => {
  const style = createStyle({ color: false, unicode: true });
  const finding: Finding = { check: 'Java', status: 'warning', message: 'too old', remedy: 'install 17' };
  assert.deepEqual(findingLines(finding, style), [
    '! Java              too old',
    '                    → install 17',
  ]);
  assert.equal(exitCodeOf([finding]), 0);
  assert.equal(exitCodeOf([finding, { ...finding, status: 'problem' }]), 3);
  assert.equal(exitCodeOf([{ ...finding, status: 'problem', unreachable: true }]), 4);
});
