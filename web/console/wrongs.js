// @ts-check
/** What is wrong, the gravest first: what the overview begins with, and what the title says. Pure. */
import { hashOf } from './route.js';
import { visible } from './strangers.js';
import { counted, shortSpan, span } from './words.js';

/** @import { DownloaderRow, Sections, StreamRow, Totals, TopicRow, UploaderRow } from '../../src/console/contract.ts' */

/**
 * @typedef {object} Wrong
 * @property {'fault' | 'warning'} level
 * @property {string} what one short sentence
 * @property {string} [why]
 * @property {string} href where more of it is seen
 * @property {string} short for the title
 */

/** Seconds: who is overtaken within this is told. */
const soon = 86_400;
/** Seconds: and within this there is hardly time to do something. */
const verySoon = 3 * 3600;

/**
 * @param {Sections} sections
 * @param {Totals | undefined} totals
 * @param {number} now milliseconds since the epoch
 * @param {string} [drops] why dropped files wait
 * @returns {readonly Wrong[]}
 */
export function wrongsOf(sections, totals, now, drops) {
  const all = [
    ...ofDrops(drops),
    ...sections.downloaders.flatMap((row) => wrongsOfDownloader(row, now)),
    ...ofFiles(totals),
    ...sections.uploaders.flatMap((row) => wrongsOfUploader(row, now)),
    ...sections.streams.flatMap(ofStream),
    ...sections.topics.flatMap(ofTopic),
  ];
  return [...all.filter(({ level }) => level === 'fault'), ...all.filter(({ level }) => level === 'warning')];
}

/**
 * What is said where nothing is wrong that is known of; undefined: nobody can know it now.
 * @param {{ readonly trouble?: string | undefined, readonly at: readonly number[], readonly sections: Sections }} state `at`: when something was counted
 * @param {string} topic of files
 */
export function calmOf({ trouble, at, sections }, topic) {
  if (trouble !== undefined) return undefined;
  // Who has just begun has not looked at the topics yet.
  if (at.length === 0 || sections.topics.some(({ id }) => id === topic)) return 'Nothing is wrong.';
  return `Nothing is wrong, but there is no topic ${visible(topic)} yet. Whoever sends first makes it, if it is not called otherwise: --topic says how.`;
}

/**
 * For the title: `3 failed files, 1 silent uploader`; empty where nothing is wrong.
 * @param {readonly Wrong[]} wrongs
 */
export function titleOf(wrongs) {
  /** @type {Map<string, number>} */
  const kinds = new Map();
  for (const { short } of wrongs) kinds.set(short, (kinds.get(short) ?? 0) + 1);
  const [first, ...others] = kinds;
  if (first === undefined) return '';
  const [short, count] = first;
  const words = count > 1 ? `${count} × ${short}` : short;
  return others.length === 0 ? words : `${words}, and more`;
}

/** @param {string | undefined} drops @returns {Wrong[]} */
function ofDrops(drops) {
  if (drops === undefined) return [];
  const what = 'Files that were dropped are at the console, and it cannot send them on';
  return [{ level: 'fault', what, why: visible(drops), href: hashOf('files'), short: 'dropped files wait' }];
}

/** @param {Totals | undefined} totals @returns {Wrong[]} */
function ofFiles(totals) {
  const { failedFiles: failed = 0, parkedFiles: parked = 0 } = totals ?? {};
  /** @type {Wrong[]} */
  const found = [];
  if (failed > 0)
    found.push({
      level: 'fault',
      what: `${counted(failed, 'file')} failed`,
      why: 'Each is named with its reason.',
      href: hashOf('files', { state: 'failed' }),
      short: counted(failed, 'failed file'),
    });
  if (parked > 0)
    found.push({
      level: 'warning',
      what: `${counted(parked, 'file')} parked`,
      why: 'All bytes are there and verified; the place where they belong does not take the name yet.',
      href: hashOf('files', { state: 'parked' }),
      short: counted(parked, 'parked file'),
    });
  return found;
}

/** @param {number | undefined} seen @param {number} now */
function silent(seen, now) {
  return seen === undefined ? 'is silent' : `has been silent for ${span((now - seen) / 1000)}`;
}

/** @param {UploaderRow} row @param {number} now @returns {Wrong[]} */
export function wrongsOfUploader(row, now) {
  if (row.state !== 'silent') return [];
  return [
    {
      level: 'fault',
      what: `Uploader ${visible(row.id)} ${silent(row.seen, now)}`,
      why: 'It neither ended nor renewed its lease: it was killed, or its way to Kafka is cut.',
      href: hashOf('uploaders', { open: row.id }),
      short: 'silent uploader',
    },
  ];
}

/** @param {DownloaderRow} row @param {number} now @returns {Wrong[]} */
export function wrongsOfDownloader(row, now) {
  const href = hashOf('downloaders', { open: row.id });
  const name = `Downloader ${visible(row.name)}`;
  /** @type {Wrong[]} */
  const found = [];
  if ((row.lostRecords ?? 0) > 0)
    found.push({
      level: 'fault',
      what: `${name} was overtaken by retention`,
      why: `${counted(row.lostRecords ?? 0, 'record')} were gone before it read them.`,
      href,
      short: 'overtaken downloader',
    });
  if (row.overtakenIn !== undefined && row.overtakenIn < soon)
    found.push({
      level: row.overtakenIn < verySoon ? 'fault' : 'warning',
      what: `Retention overtakes ${name[0]?.toLowerCase()}${name.slice(1)} in ${span(row.overtakenIn)}`,
      why: 'What it has not read by then is gone. Let it run, faster; or have the topic keep more.',
      href,
      short: `overtaken in ${shortSpan(row.overtakenIn)}`,
    });
  if (row.state === 'silent') {
    const why = 'It did not end in good order, and nothing is heard of it.';
    found.push({
      level: 'warning',
      what: `${name} ${silent(row.seen, now)}`,
      why,
      href,
      short: 'silent downloader',
    });
  }
  return found;
}

/** @param {StreamRow} row @returns {Wrong[]} */
function ofStream(row) {
  return row.faults.map((fault) => ({
    level: 'warning',
    what: `Stream ${visible(row.id)}: ${visible(fault)}`,
    href: hashOf('streams'),
    short: 'fault of a stream',
  }));
}

/** @param {TopicRow} row @returns {Wrong[]} */
function ofTopic(row) {
  return row.findings.flatMap((finding) => {
    if (finding.level !== 'warning' && finding.level !== 'fault') return [];
    return [
      {
        level: finding.level,
        what: `Topic ${visible(row.id)}: ${visible(finding.what)}`,
        ...(finding.advice === undefined ? {} : { why: visible(finding.advice) }),
        href: hashOf('topics'),
        short: 'finding of a topic',
      },
    ];
  });
}
