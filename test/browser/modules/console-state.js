// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileTable } from '../../../src/console/model/file-table.ts';
import { AnswerError, fileAddress, within, wordsOf } from '../../../web/console/api.js';
import { pauseOf } from '../../../web/console/feed.js';
import { isLate, momentOf } from '../../../web/console/histories.js';
import { matcherOf, searchFor } from '../../../web/console/matching.js';
import { hashOf, routeOf, tokenOf } from '../../../web/console/route.js';
import { compared, pressed, sortOf } from '../../../web/console/sorting.js';
import { ConsoleState } from '../../../web/console/state.js';
import { calmOf, titleOf, wrongsOf } from '../../../web/console/wrongs.js';

/** @import { DownloaderRow, FileEvent, FileRow, Sections, Totals, UploaderRow } from '../../../src/console/contract.ts' */

/** @type {Sections} */
const none = { uploaders: [], downloaders: [], streams: [], topics: [] };
/** @type {Totals} */
const quiet = { sendingFiles: 0, failedFiles: 0, parkedFiles: 0, liveStreams: 0, filesRate: 0, liveRate: 0 };

/** @param {Partial<DownloaderRow>} facts @returns {DownloaderRow} */
const downloader = (facts) => ({ id: 'group', name: 'office', state: 'running', lagRecords: 0, ...facts });

test('console: a history is asked for again while nobody knows of the bytes, and not where they are gone', () => {
  const at = { at: 1, upload: '' };
  /** @param {FileRow['state']} state @returns {FileRow} */
  const row = (state) => ({ ...at, id: 'a/b', uploader: 'a', path: 'b', size: 1, done: 1, mtime: 1, state });
  /** @type {FileEvent} */
  const sent = { ...at, what: 'sent' };
  const [kept, gone] = [
    { ...sent, isKept: true },
    { ...sent, isKept: false },
  ];
  for (const events of [[], [sent], [sent, gone]]) assert.ok(isLate(row('sent'), events));
  for (const events of [[kept], [gone], [gone, gone], [gone, kept]]) assert.ok(!isLate(row('sent'), events));
  assert.ok(!isLate(row('sending'), []) && !isLate(undefined, []));
});

test('console: dropped files that cannot be sent on are a fault, until they are', () => {
  const state = new ConsoleState();
  const snapshot = { ...none, now: 0, totals: quiet, drops: 'no right to write to files' };
  state.snapshot(snapshot, 0);
  const wrongs = () => wrongsOf(state.sections, state.totals, 0, state.drops);
  assert.deepEqual(
    wrongs().map(({ level, why }) => [level, why]),
    [['fault', 'no right to write to files']],
  );
  assert.equal(titleOf(wrongs()), 'dropped files wait');
  state.snapshot({ ...none, now: 0, totals: quiet }, 0);
  assert.deepEqual(wrongs(), []);
});

test('console: the history of a file that is being sent is not read anew with every byte', () => {
  const common = { id: 'a/b', uploader: 'a', path: 'b', size: 9, mtime: 1, upload: '1' };
  /** @type {FileRow} */
  const begun = { ...common, state: 'sending', done: 1, at: 1 };
  const on = { ...begun, done: 5, at: 2 };
  /** @type {FileRow} */
  const sent = { ...on, state: 'sent', done: 9, at: 3 };
  assert.equal(momentOf('a/b', on), momentOf('a/b', begun));
  const moments = [undefined, begun, { ...begun, upload: '2' }, sent, { ...sent, at: 4 }].map((row) =>
    momentOf('a/b', row),
  );
  assert.equal(new Set(moments).size, moments.length);
});

test('console: an address is where somebody is, and nothing else is', () => {
  const query = { search: 'a b&c', open: 'drone/ü.jpg' };
  const hash = hashOf('files', { ...query, state: '', uploader: undefined });
  assert.deepEqual(routeOf(hash), { view: 'files', query });
  assert.deepEqual(routeOf(''), { view: 'overview', query: {} });
  assert.deepEqual(routeOf('#/elsewhere?x=1').view, 'overview');
  assert.deepEqual(routeOf('#/files?search=why%3F?').query, { search: 'why??' });
});

test('console: nothing wrong is nothing, and the gravest comes first', () => {
  assert.deepEqual(wrongsOf({ ...none, downloaders: [downloader({})] }, quiet, 0), []);
  assert.equal(titleOf([]), '');
  const sections = {
    ...none,
    uploaders: [
      /** @type {UploaderRow} */ ({
        id: 'till',
        state: 'silent',
        seen: 0,
        sentFiles: 0,
        sentBytes: 0,
        sendingFiles: 0,
      }),
    ],
    downloaders: [downloader({ overtakenIn: 40_000 })],
  };
  const wrongs = wrongsOf(sections, { ...quiet, failedFiles: 3, parkedFiles: 1 }, 120_000);
  assert.deepEqual(
    wrongs.map(({ level, what }) => [level, what]),
    [
      ['fault', '3 files failed'],
      ['fault', 'Uploader till has been silent for 2 minutes'],
      ['warning', 'Retention overtakes downloader office in 11 hours'],
      ['warning', '1 file parked'],
    ],
  );
  assert.equal(titleOf(wrongs), '3 failed files, and more');
  assert.equal(titleOf(wrongs.slice(1, 2)), 'silent uploader');
});

test('console: retention in words, by how soon it is', () => {
  /** @type {readonly (readonly [Partial<DownloaderRow>, string | undefined])[]} */
  const rows = [
    [{}, undefined],
    [{ overtakenIn: 3 * 86_400 }, undefined],
    [{ overtakenIn: 86_399 }, 'warning'],
    [{ overtakenIn: 600 }, 'fault'],
    [{ lostRecords: 1 }, 'fault'],
    [{ state: 'silent' }, 'warning'],
    [{ state: 'ended' }, undefined],
  ];
  for (const [facts, level] of rows)
    assert.equal(
      wrongsOf({ ...none, downloaders: [downloader(facts)] }, quiet, 0)[0]?.level,
      level,
      JSON.stringify(facts),
    );
});

/** @param {string} id @returns {FileRow} */
const file = (id) => ({
  id,
  uploader: id.split('/', 1)[0] ?? '',
  path: id,
  state: 'sent',
  size: 1,
  done: 1,
  mtime: 0,
  at: 0,
  upload: 'u',
});

test('console: a question is met by text that is contained, or by a glob, as the server has it', () => {
  const table = new FileTable();
  /** @type {readonly (readonly [string, string, boolean])[]} */
  const rows = [
    ['', 'a/b.jpg', true],
    ['b.j', 'a/b.jpg', true],
    ['B.J', 'a/b.jpg', false],
    ['*.JPG', 'a/b.jpg', false],
    [' b', 'a/b.jpg', false],
    [' ', 'a/b c.jpg', true],
    ['c', 'a/b.jpg', false],
    ['*.jpg', 'a/b.jpg', true],
    ['*.jpg', 'a/b.jpg.txt', false],
    ['a/*b*g', 'a/xxb.jpg', true],
    ['a*a', 'a', false],
    ['*', 'anything', true],
    ['a.b*', 'axb', false],
  ];
  for (const [search, id, meets] of rows)
    assert.equal(matcherOf({ search })(file(id)), meets, `${search} ${id}`);
  for (const [search, id, meets] of rows.filter(([, id]) => id.includes('/'))) {
    const [uploader = '', path = ''] = id.split('/');
    const facts = { ...{ size: 1, done: 1, mtime: 1, at: 1, last: 0, partition: 0 }, isLocked: false };
    table.clear();
    table.set(uploader, path, { ...facts, state: 'sent', upload: '00'.repeat(16) });
    assert.equal(table.find({ search }).total === 1, meets, `at the server: ${search} ${id}`);
  }
  assert.equal(matcherOf({ uploader: 'a' })(file('b/c')), false);
  assert.equal(matcherOf({ state: 'failed' })(file('b/c')), false);
});

test('console: rows change, come and go, and totals become a curve', () => {
  const state = new ConsoleState();
  state.snapshot({ ...none, downloaders: [downloader({})], now: 5000, totals: quiet, trouble: 'away' }, 1000);
  assert.equal(state.now(2000), 6000);
  assert.equal(state.trouble, 'away');
  state.change({ downloaders: [downloader({ id: 'other' }), downloader({ lagRecords: 4 })] });
  assert.deepEqual(
    state.sections.downloaders.map(({ id, lagRecords }) => [id, lagRecords]),
    [
      ['group', 4],
      ['other', 0],
    ],
  );
  state.change({ gone: { downloaders: ['group'] } });
  assert.equal(state.sections.downloaders.length, 1);
  state.past({ at: [1, 2], series: { filesRate: [7, null] } });
  state.point({ at: 3, totals: { ...quiet, viewers: 5 } });
  state.point({ at: 3, totals: { ...quiet, viewers: 9 } });
  assert.deepEqual(state.at, [1, 2, 3]);
  assert.deepEqual(state.series.get('filesRate'), [7, null, 0]);
  assert.deepEqual(state.series.get('viewers'), [null, null, 5]);
});

test('console: pauses grow to a limit, and pages do not come all at once', () => {
  assert.deepEqual([pauseOf(0, 1), pauseOf(3, 1), pauseOf(50, 1), pauseOf(0, 0)], [500, 4000, 15_000, 300]);
});

test('console: each part of a path is written as it is', () => {
  assert.equal(
    fileAddress('drone 7', 'a b/ü?.jpg', 'u/1'),
    'files/drone%207/a%20b/%C3%BC%3F.jpg?upload=u%2F1',
  );
  assert.equal(wordsOf('{"message":"no"}'), 'no');
  assert.equal(wordsOf('plain words\n'), 'plain words');
  for (const page of ['<html>502</html>', '', '{"x":1}']) assert.equal(wordsOf(page), undefined);
});

test('console: the token of a link is taken as it is, mangled or not', () => {
  assert.equal(tokenOf('#token=1.look.ada%2Bb.s'), '1.look.ada+b.s');
  assert.equal(tokenOf('#token=100%'), '100%');
  assert.equal(tokenOf('#/files?search=token=1'), undefined);
  assert.equal(tokenOf('#token='), undefined);
});

test('console: a clock that was put right, here or there, is followed', () => {
  const state = new ConsoleState();
  const totals = { ...quiet, sendingFiles: 1 };
  state.snapshot({ ...none, now: 90_000_000, totals }, 0);
  assert.equal(state.now(0), 90_000_000);
  state.past({ at: [89_990_000, 89_995_000], series: { sendingFiles: [1, 2] } });
  state.point({ at: 90_000_000, totals }, 90_000_000);
  assert.equal(state.now(90_000_000), 90_000_000, 'ours was wrong');
  state.point({ at: 3_600_000, totals }, 3_600_000);
  assert.deepEqual([state.at, state.series.get('sendingFiles')], [[3_600_000], [1]], 'theirs was ahead');
  state.point({ at: 3_595_000, totals }, 3_600_000);
  assert.deepEqual(state.at, [3_600_000], 'what comes late is no clock');
});

test('console: an answer that never comes is not waited for, and who leaves waits no more', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @param {AbortSignal} signal @returns {Promise<never>} */
  const never = (signal) =>
    new Promise((_resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  const leave = new AbortController();
  const [short, long] = [within(1000, undefined, never), within(2000, leave.signal, never)];
  const ended = Promise.allSettled([short, long]);
  t.mock.timers.tick(1000);
  await assert.rejects(short, (error) => error instanceof AnswerError && error.status === 0);
  leave.abort(new Error('left'));
  await assert.rejects(long, /left/);
  await assert.rejects(within(1000, leave.signal, never), /left/);
  assert.equal(await within(1000, undefined, async () => 'answered'), 'answered');
  await ended;
});

test('console: a list is sorted one way, the other, and not; what nobody knows is last', () => {
  const columns = [
    { head: 'Name', kind: 'name', by: (/** @type {{ name: string }} */ { name }) => name },
    { head: 'Rate', kind: 'number' },
  ];
  assert.deepEqual(
    ['name', '-name', 'rate', 'constructor', ''].map((text) => sortOf(columns, text)?.isDown),
    [false, true, undefined, undefined, undefined],
  );
  const [name, rate] = [columns[0] ?? { head: '', kind: '' }, { head: 'Rate', kind: 'number' }];
  const after = (/** @type {string} */ text, /** @type {typeof name} */ column) =>
    pressed(text === '' ? undefined : { name: text.replace('-', ''), isDown: text.startsWith('-') }, column);
  assert.deepEqual([after('', name), after('name', name), after('-name', name)], ['name', '-name', '']);
  assert.deepEqual([after('name', rate), after('-rate', rate), after('rate', rate)], ['-rate', 'rate', '']);
  const sorted = (/** @type {boolean} */ isDown) =>
    [2, undefined, 0, 10].toSorted((a, b) => compared(a, b, isDown));
  assert.deepEqual(
    [sorted(false), sorted(true)],
    [
      [0, 2, 10, undefined],
      [10, 2, 0, undefined],
    ],
  );
});

test('console: nothing is called fine that nobody can know', () => {
  const topics = [{ id: 'files', partitions: 1, replicas: 1, records: 0, findings: [] }];
  const state = { at: [1], sections: { ...none, topics } };
  assert.equal(calmOf(state, 'files'), 'Nothing is wrong.');
  assert.match(calmOf(state, 'fies') ?? '', /no topic fies yet.*--topic/);
  assert.equal(calmOf({ ...state, at: [] }, 'fies'), 'Nothing is wrong.', 'nobody has looked yet');
  assert.equal(calmOf({ ...state, trouble: 'it is away' }, 'files'), undefined);
});

test('console: what a file is searched by is text that it has, and no glob', () => {
  assert.equal(searchFor('till-01/a.jpg'), 'till-01/a.jpg');
  assert.equal(searchFor('till-01/some *.jpg'), 'till-01/some');
  const long = `till-01/${'𝒳'.repeat(300)}`;
  const search = searchFor(long);
  assert.ok(search.length <= 256 && search.isWellFormed() && long.includes(search));
  assert.ok(matcherOf({ search: searchFor('u/*') })(/** @type {FileRow} */ ({ id: 'u/*' })));
});
