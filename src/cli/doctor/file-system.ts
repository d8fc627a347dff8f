/** What a sink's file system cannot do, and what becomes of files there. Pure. */

import * as quantity from '../../quantities.ts';
import type { Ability, FolderAbilities } from '../../stores/disk/abilities.ts';
import type { TimeRange } from '../../stores/disk/time-range.ts';
import type { Finding, Status } from './finding.ts';

const check = 'File system';

interface Lack {
  readonly status: Status;
  readonly message: string;
  readonly remedy?: string;
}

const another = 'use a folder on another file system';

/** What it means that something cannot be done. What no file of ours needs is not here. */
const lacks: Readonly<Partial<Record<Ability, Lack>>> = {
  mode: { status: 'note', message: 'permissions of files are not kept' },
  times: { status: 'note', message: 'times of files are not kept' },
  sync: { status: 'warning', message: 'what was written may be gone after a power cut', remedy: another },
  syncFolder: { status: 'warning', message: 'names of files may be gone after a power cut', remedy: another },
  rename: { status: 'problem', message: 'files cannot be given their names', remedy: another },
  replace: { status: 'problem', message: 'files cannot be replaced by newer versions', remedy: another },
  holes: { status: 'note', message: 'runs of zeros take as much space as other bytes' },
  anyName: {
    status: 'warning',
    message: 'names with : * ? " < > | or \\ are refused; such files fail',
    remedy: another,
  },
  longNames: {
    status: 'warning',
    message: 'names of 255 bytes are refused; such files fail',
    remedy: another,
  },
};

/** One finding for each lack, or one that says that there is none. */
export function judgeFileSystem({ lacks: found, caseSensitive, times }: FolderAbilities): Finding[] {
  const findings: Finding[] = Object.entries(found).flatMap(([ability, code]) => {
    const lack = lacks[ability as Ability];
    return lack === undefined ? [] : [{ ...lack, check, message: `${lack.message} (${code})` }];
  });
  if (!caseSensitive) {
    const message = 'A and a are one name; of two files whose names differ in nothing else one fails';
    findings.push({ check, status: 'note', message });
  }
  if (times !== undefined) findings.push(...judgeTimes(times));
  if (findings.length > 0) return findings;
  return [{ check, status: 'ok', message: 'keeps names, permissions and times, and makes them durable' }];
}

/** Files older or younger than this are rare enough not to speak of. */
const usual = { earliest: Date.parse('1970-01-01') / 1000, latest: Date.parse('2038-01-19') / 1000 };

function judgeTimes({ earliest, latest, granularity }: TimeRange): Finding[] {
  const said: string[] = [];
  if (earliest > usual.earliest || latest < usual.latest) {
    said.push(`times before ${date(earliest)} or after ${date(latest)} are not kept`);
  }
  if (granularity > 1e9) said.push(`times are kept to ${granularity / 1e9} s`);
  return said.map((message) => ({ check, status: 'note', message }));
}

function date(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

const littleSpace = 1_000_000_000;
const fewFiles = 10_000;

/** How much fits, in bytes and in files. */
export function judgeSpace({
  freeBytes,
  freeInodes,
}: Pick<FolderAbilities, 'freeBytes' | 'freeInodes'>): Finding {
  const space = quantity.bytes(freeBytes);
  const files = freeInodes === undefined ? '' : `, ${quantity.files(freeInodes)}`;
  const finding = { check: 'Free space', message: `${space}${files} at the sink` } as const;
  if (freeBytes < littleSpace) {
    return { ...finding, status: 'warning', remedy: 'make room; a downloader waits while the disk is full' };
  }
  if (freeInodes !== undefined && freeInodes < fewFiles) {
    const remedy =
      'remove files, or use a file system with more inodes; a downloader waits while there is none';
    return { ...finding, status: 'warning', remedy };
  }
  return { ...finding, status: 'ok' };
}
