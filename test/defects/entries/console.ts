/** The console: what strangers write on the topics that it follows, files that are fetched and dropped, logins. */
import { type Defect, edit } from '../defect.ts';

const table = 'src/console/model/file-table.test.ts';
const reports = 'src/console/model/reports-table.test.ts';
const files = 'src/console/http/files/routes.test.ts';
const uploads = 'src/console/http/uploads/uploads.test.ts';
const oidc = 'src/console/http/access/oidc.test.ts';
const fuzz = 'fuzz console --seed defects --count 3000';

export const consoles: readonly Defect[] = [
  {
    name: 'consoles-log-each-other-out',
    breaks:
      'Two consoles of one host, at other ports, kept their tokens under one name, and logged each other out.',
    edits: [edit('src/console/http/access/access.ts', "signed(key, 'cookie')", "signed('', 'cookie')")],
    seekers: [],
    tests: ['src/console/http/access/routes.test.ts'],
  },
  {
    name: 'the-first-ten-thousand-names',
    breaks: 'After ten thousand uploaders, ever, the console showed no new one.',
    edits: [
      edit(
        'src/console/model/last-put.ts',
        '    this.#values.delete(name);\n    this.#values.set(name, value);',
        '    if (!this.#values.has(name) && this.#values.size >= this.#most) return;\n    this.#values.set(name, value);',
      ),
    ],
    seekers: [],
    tests: ['src/console/model/crowded.test.ts'],
  },
  {
    name: 'drops-wait-and-nobody-hears',
    breaks: 'Why dropped files could not be sent on stood in the log of the console alone.',
    edits: [edit('src/console/http/uploads/outbox.ts', '    this.onTrouble(trouble);\n', '')],
    seekers: [],
    tests: [uploads],
  },
  {
    name: 'let-go-on-twice',
    breaks:
      'A dropped file that was slow to become durable was let go on twice, and its sender told of an error.',
    edits: [
      edit(
        'src/console/http/uploads/spool.ts',
        'if (underWay !== undefined) return { path: (await underWay).path, isFirst: false };',
        'void underWay;',
      ),
    ],
    seekers: [],
    tests: ['src/console/http/uploads/spool.test.ts'],
  },
  {
    name: 'thrown-away-and-all-there',
    breaks:
      'Of a dropped file that was thrown away as the console was killed, its bytes were gone and its description was not: the next console said that all of it was there.',
    edits: [
      edit(
        'src/console/http/uploads/spool.ts',
        '    await rm(`${this.#part(id)}.json`, { force: true });\n    await rm(this.#part(id), { force: true });',
        '    await rm(this.#part(id), { force: true });\n    await rm(`${this.#part(id)}.json`, { force: true });',
      ),
    ],
    seekers: [],
    tests: [uploads],
  },
  {
    name: 'names-of-gone-files-kept',
    breaks:
      'Of every file that an uploader had ever had the console kept the name: 100 bytes each, for ever.',
    edits: [
      edit(
        'src/console/model/file-table.ts',
        'gone > mostGone && gone > this.size',
        'gone > Number.MAX_SAFE_INTEGER',
      ),
    ],
    seekers: [],
    tests: [table],
  },
  {
    name: 'cursors-void-when-the-oldest-go',
    breaks:
      'When the oldest of too many files were let go, whoever was in the middle of the list saw its end.',
    edits: [
      edit(
        'src/console/model/file-table.ts',
        'this.#rows.adopt(this.#names.add(names.of(row))!, rows, row);',
        'this.#rows.set(this.#names.add(names.of(row))!, rows.facts(row), rows.uploader(row));',
      ),
    ],
    seekers: [],
    tests: [table],
  },
  {
    name: 'one-record-blinds-the-console',
    breaks:
      'A state record of a partition beyond 2^32, which anybody who may write there can make, ended the reading of all files, at each beginning anew.',
    edits: [
      edit('src/console/model/file-rows.ts', 'Math.min(mostPartition, facts.partition)', 'facts.partition'),
      edit(
        'src/console/model/follow-topic.ts',
        "    else logger.error(facts, 'a record could not be taken, and was passed over');",
        '    else throw error;',
      ),
    ],
    seekers: [fuzz],
    tests: [table, 'src/console/model/hostile.test.ts'],
  },
  {
    name: 'names-with-one-hash',
    breaks:
      'Names of files that all had one hash, made within a second, held up the console for 26 s for 16,000 of them.',
    edits: [
      edit(
        'src/console/model/keyed-hash.ts',
        '  const { length } = bytes;\n',
        '  if (first + second > -Infinity)\n    return bytes.reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), 0x811c9dc5) >>> 0;\n  const { length } = bytes;\n',
      ),
    ],
    seekers: [],
    tests: ['src/console/model/keyed-hash.test.ts'],
  },
  {
    name: 'reports-without-a-bound-of-bytes',
    breaks: 'Reports of runs that somebody made up could take 10 GB: 10,000 of a megabyte each.',
    edits: [
      edit('src/console/model/reports-table.ts', ' && this.#bytes <= this.#limits.bytes) break;', ') break;'),
    ],
    seekers: [],
    tests: [reports],
  },
  {
    name: 'silent-by-its-own-clock',
    breaks:
      'A run whose clock was two minutes slow was shown as silent, and one whose clock was fast as running after its death.',
    edits: [
      edit(
        'src/console/model/reports-table.ts',
        '    this.#runs.set(key, { kind, report, heard, bytes });',
        '    this.#runs.set(key, { kind, report, heard: record.timestamp, bytes });',
      ),
    ],
    seekers: [],
    tests: [reports],
  },
  {
    name: 'streams-told-of-by-all-objects',
    breaks: 'A stream that was called "constructor" was live for as long as any publisher was.',
    edits: [
      edit(
        'src/console/model/reports-table.ts',
        'return Object.hasOwn(streams, name) ? streams[name] : undefined;',
        'return streams[name];',
      ),
    ],
    seekers: [],
    tests: [reports],
  },
  {
    name: 'rates-that-are-no-numbers-in-sum',
    breaks: 'Two reports with a rate of 1e308 made the sums of the console null.',
    edits: [
      edit(
        'src/records/report-record.ts',
        'z.number().nonnegative().max(Number.MAX_SAFE_INTEGER)',
        'z.number().nonnegative()',
      ),
    ],
    seekers: [],
    tests: ['src/records/report-record.test.ts'],
  },
  {
    name: 'gone-bytes-said-to-be-there',
    breaks: 'HEAD of a file whose bytes retention had taken was answered with 200 and its length.',
    edits: [
      edit(
        'src/console/model/file-history.ts',
        'return start === undefined ? event : { ...event, isKept: first >= start };',
        'return start === undefined || first < start ? event : { ...event, isKept: true };',
      ),
    ],
    seekers: [],
    tests: ['src/console/model/model.test.ts'],
  },
  {
    name: 'history-read-for-each-range',
    breaks: 'Each part of a file that a browser asked for had a whole partition of the state read.',
    edits: [edit('src/console/http/files/find-file.ts', 'this.#now() - known.at < lasts', 'this.#now() < 0')],
    seekers: [],
    tests: [files],
  },
  {
    name: 'spool-thrown-away-when-unreadable',
    breaks:
      'What was known of a dropped file could not be read for a moment, as without descriptors: its bytes were deleted.',
    edits: [
      edit(
        'src/console/http/uploads/spool.ts',
        'if (known === undefined || Date.now()',
        'if (known !== undefined && Date.now()',
      ),
      edit(
        'src/console/http/uploads/spool.ts',
        'if (known.isDone !== true && (await',
        'if (known !== undefined && known.isDone !== true && (await',
      ),
    ],
    seekers: [],
    tests: [uploads],
  },
  {
    name: 'one-login-of-a-browser-at-a-time',
    breaks: 'Of two pages of one browser on which a login was begun, the first could not end it.',
    edits: [
      edit(
        'src/console/http/access/oidc-routes.ts',
        "return loginCookie + state.replaceAll(/[^A-Za-z0-9_-]/g, '').slice(0, 12);",
        'return loginCookie + state.slice(0, 0);',
      ),
    ],
    seekers: [],
    tests: [oidc],
  },
  {
    name: 'slow-pages-cut-off-while-they-read',
    breaks:
      'A page on a poor line that took more than a minute for its snapshot was cut off, and began again, without end.',
    edits: [
      edit(
        'src/console/http/events.ts',
        'client.hasTaken) client.behindSince = now;',
        'client.isAllowed === undefined) client.behindSince = now;',
      ),
    ],
    seekers: [],
    tests: ['src/console/http/events.test.ts'],
  },
  {
    name: 'slow-pages-cut-off-in-one-write',
    breaks: 'The same, for what is written at once is not seen to be taken before all of it is.',
    edits: [
      edit('src/console/http/events.ts', 'piecesOf(text, this.#limits.piece)', 'piecesOf(text, text.length)'),
    ],
    seekers: [],
    tests: ['src/console/http/events.test.ts'],
  },
  {
    name: 'lag-of-who-reads-on',
    breaks:
      'How late a downloader was that read on, behind what was there before the console, was told for five of thirty seconds, and of more than 32 partitions never.',
    edits: [
      edit(
        'src/console/model/record-times.ts',
        'known.offset <= offset ? known.time',
        'known.offset === offset ? known.time',
      ),
    ],
    seekers: [],
    tests: ['src/console/model/record-times.test.ts'],
  },
];
