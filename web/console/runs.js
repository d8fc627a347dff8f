// @ts-check
/** Uploaders and downloaders: how each is told in a row, and in the drawer. */
import { twoLines } from './cells.js';
import { icon, make, setAttribute, setText } from './dom.js';
import { factsList, stranger } from './elements.js';
import { hashOf } from './route.js';
import { visible } from './strangers.js';
import { Table } from './table.js';
import { ago, counted, exactly, number, rate, shortAgo, shortSpan, size, span } from './words.js';
import { wrongsOfDownloader, wrongsOfUploader } from './wrongs.js';

/** @import { DownloaderRow, UploaderRow } from '../../src/console/contract.ts' */
/** @import { ConsoleState } from './state.js' */
/** @import { Router } from './route.js' */
/** @import { Wrong } from './wrongs.js' */

/** @type {readonly UploaderRow['state'][]} */
const states = ['silent', 'running', 'ended'];
const words = { running: 'Running', ended: 'Ended', silent: 'Silent' };
/** Nobody knows, or there is none. */
const none = '–';

/** @param {'uploaders' | 'downloaders'} view @param {Router} router */
function nameCell(view, router) {
  const [first, second] = [make('bdi', { class: 'first' }), make('bdi', { class: 'second' })];
  const link = make('a', { tabindex: '-1' }, [first]);
  return {
    cell: make('div', {}, [link, second]),
    /** @param {string} id @param {string} name @param {string} about */
    set(id, name, about) {
      setText(first, visible(name));
      setText(second, visible(about));
      link.href = hashOf(view, { ...router.route.query, open: id });
    },
  };
}

/** @param {UploaderRow | DownloaderRow} row @param {number} now */
function stateOf(row, now) {
  if (row.state === 'running' && row.waiting !== undefined) return visible(row.waiting);
  return row.seen === undefined ? '' : shortAgo(row.seen, now);
}

/** What is nothing does not catch the eye. @param {Element} cell @param {number | undefined} value */
function mute(cell, value) {
  cell.classList.toggle('zero', !value);
}

/** @param {number | undefined} value @param {(value: number) => string} say */
const known = (value, say) => (value === undefined ? none : say(value));

/** @param {HTMLElement} host @param {Router} router @param {ConsoleState} state @returns {Table<UploaderRow>} */
export function uploadersTable(host, router, state) {
  return new Table({
    host,
    router,
    label: 'Uploaders',
    noun: 'uploader',
    nothing: 'Nothing has been sent to this topic yet.',
    columns: [
      { head: 'Uploader', kind: 'name', by: ({ id }) => id },
      { head: 'State', kind: 'state', by: ({ state }) => states.indexOf(state) },
      { head: 'Rate', kind: 'number wide', by: (row) => row.rate },
      {
        head: 'Backlog',
        kind: 'number',
        by: ({ backlogBytes, backlogFiles }) => backlogBytes ?? backlogFiles,
      },
      { head: 'Sent', kind: 'number wide', by: ({ sentBytes }) => sentBytes },
      { head: 'Failed', kind: 'number wide', by: ({ failedFiles }) => failedFiles },
    ],
    words: (row) => `${row.id} ${row.host ?? ''}`,
    rank: (row) =>
      row.state === 'silent' ? 0 : (row.failedFiles ?? 0) > 0 ? 1 : row.state === 'running' ? 2 : 3,
    build: () => {
      const name = nameCell('uploaders', router);
      const [status, backlog, sent, pace, failed] = [
        twoLines(),
        twoLines(),
        twoLines(),
        twoLines(),
        twoLines(),
      ];
      return {
        cells: [name.cell, status.cell, pace.cell, backlog.cell, sent.cell, failed.cell],
        /** @param {UploaderRow} row */
        fill: (row) => {
          name.set(row.id, row.id, [row.host, row.version].filter(Boolean).join(' · '));
          status.set(words[row.state], stateOf(row, state.now()));
          setAttribute(status.cell, 'data-state', row.state);
          pace.set(known(row.rate, rate), row.sendingFiles > 0 ? counted(row.sendingFiles, 'file') : '');
          backlog.set(
            known(row.backlogBytes, size),
            row.backlogFiles ? counted(row.backlogFiles, 'file') : '',
          );
          sent.set(size(row.sentBytes), counted(row.sentFiles, 'file'));
          failed.set(known(row.failedFiles, number));
          mute(pace.cell, row.rate);
          mute(backlog.cell, row.backlogBytes);
          mute(failed.cell, row.failedFiles);
          failed.cell.classList.toggle('bad', (row.failedFiles ?? 0) > 0);
        },
      };
    },
  });
}

/** @param {DownloaderRow} row */
function retentionOf(row) {
  if ((row.lostRecords ?? 0) > 0) return `${counted(row.lostRecords ?? 0, 'record')} lost`;
  return row.overtakenIn === undefined ? 'never' : `in ${span(row.overtakenIn)}`;
}

/** @param {HTMLElement} host @param {Router} router @param {ConsoleState} state @returns {Table<DownloaderRow>} */
export function downloadersTable(host, router, state) {
  return new Table({
    host,
    router,
    label: 'Downloaders',
    noun: 'downloader',
    nothing: 'Nobody has read this topic yet.',
    columns: [
      { head: 'Downloader', kind: 'name', by: ({ name }) => name },
      { head: 'State', kind: 'state', by: ({ state }) => states.indexOf(state) },
      { head: 'Behind', kind: 'number', by: ({ lagBytes, lagRecords }) => lagBytes ?? lagRecords },
      // Of those that are overtaken, the one that has the least time is the one that is looked for.
      { head: 'Overtaken', kind: 'wide right', by: ({ overtakenIn }) => overtakenIn },
      { head: 'Received', kind: 'number wide', by: ({ receivedFiles }) => receivedFiles },
      { head: 'Failed', kind: 'number wide', by: ({ failedFiles }) => failedFiles },
    ],
    words: (row) => `${row.name} ${row.id} ${row.host ?? ''}`,
    rank: (row) => {
      const [worst] = wrongsOfDownloader(row, state.now());
      return worst === undefined ? (row.state === 'running' ? 2 : 3) : worst.level === 'fault' ? 0 : 1;
    },
    build: () => {
      const name = nameCell('downloaders', router);
      const [status, behind, overtaken, received, failed] = [
        twoLines(),
        twoLines(),
        twoLines(),
        twoLines(),
        twoLines(),
      ];
      return {
        cells: [name.cell, status.cell, behind.cell, overtaken.cell, received.cell, failed.cell],
        /** @param {DownloaderRow} row */
        fill: (row) => {
          name.set(row.id, row.name, [row.host, row.version].filter(Boolean).join(' · ') || row.id);
          status.set(words[row.state], stateOf(row, state.now()));
          setAttribute(status.cell, 'data-state', row.state);
          behind.set(known(row.lagBytes, size), known(row.lagSeconds, shortSpan));
          overtaken.set(retentionOf(row));
          overtaken.cell.classList.toggle(
            'bad',
            wrongsOfDownloader(row, state.now()).some(({ short }) => short.startsWith('overtaken')),
          );
          mute(behind.cell, row.lagBytes);
          mute(overtaken.cell, row.overtakenIn ?? row.lostRecords);
          mute(failed.cell, row.failedFiles);
          received.set(known(row.receivedFiles, number), known(row.rate, rate));
          failed.set(
            known(row.failedFiles, number),
            row.parkedFiles ? `${number(row.parkedFiles)} parked` : '',
          );
          failed.cell.classList.toggle('bad', (row.failedFiles ?? 0) > 0);
        },
      };
    },
  });
}

/** @param {readonly Wrong[]} wrongs */
function told(wrongs) {
  const line = (/** @type {Wrong} */ { level, what, why }) => {
    const said = make('span', { class: 'words' }, [
      make('strong', {}, [what]),
      ...(why ? [make('small', {}, [why])] : []),
    ]);
    return make('li', { class: level }, [make('span', { class: 'line' }, [icon(level), said])]);
  };
  return wrongs.length === 0 ? [] : [make('ul', { class: 'wrongs' }, wrongs.map(line))];
}

/** @param {UploaderRow | DownloaderRow} row @param {number} now @returns {[string, Node | string | undefined][]} */
function runFacts(row, now) {
  const seen = row.seen;
  return [
    ['State', words[row.state]],
    ['Waits', row.waiting && stranger(row.waiting)],
    ['Last heard of', seen === undefined ? undefined : `${ago(seen, now)} (${exactly(seen)})`],
    ['Started', row.started === undefined ? undefined : exactly(row.started)],
    ['Host', row.host && stranger(row.host)],
    ['Process', row.pid === undefined ? undefined : String(row.pid)],
    ['Version', row.version && stranger(row.version)],
  ];
}

/** @param {UploaderRow} row @param {number} now */
export function uploaderFacts(row, now) {
  const say = (/** @type {number | undefined} */ value, /** @type {(value: number) => string} */ how) =>
    value === undefined ? undefined : how(value);
  return [
    ...told(wrongsOfUploader(row, now)),
    make('p', { class: 'actions' }, [
      make('a', { class: 'button', href: hashOf('files', { uploader: row.id }) }, ['Its files']),
    ]),
    factsList([
      ...runFacts(row, now),
      ['Rate', say(row.rate, rate)],
      ['Under way', counted(row.sendingFiles, 'file')],
      [
        'Backlog',
        say(
          row.backlogFiles,
          (files) =>
            `${counted(files, 'file')}${row.backlogBytes === undefined ? '' : `, ${size(row.backlogBytes)}`}`,
        ),
      ],
      ['Sent', `${counted(row.sentFiles, 'file')}, ${size(row.sentBytes)}`],
      ['Failed', say(row.failedFiles, (files) => counted(files, 'file'))],
    ]),
  ];
}

/** @param {DownloaderRow} row @param {number} now */
export function downloaderFacts(row, now) {
  const say = (/** @type {number | undefined} */ value, /** @type {(value: number) => string} */ how) =>
    value === undefined ? undefined : how(value);
  return [
    ...told(wrongsOfDownloader(row, now)),
    factsList([
      ['Consumer group', stranger(row.id)],
      ...runFacts(row, now),
      [
        'Behind',
        [say(row.lagBytes, size), say(row.lagSeconds, span), counted(row.lagRecords, 'record')]
          .filter(Boolean)
          .join(', '),
      ],
      [
        'Retention',
        row.overtakenIn === undefined ? 'does not overtake it' : `overtakes it in ${span(row.overtakenIn)}`,
      ],
      ['Lost', row.lostRecords ? counted(row.lostRecords, 'record') : undefined],
      ['Rate', say(row.rate, rate)],
      ['Received', say(row.receivedFiles, (files) => counted(files, 'file'))],
      ['Parked', say(row.parkedFiles, (files) => counted(files, 'file'))],
      ['Failed', say(row.failedFiles, (files) => counted(files, 'file'))],
    ]),
  ];
}
