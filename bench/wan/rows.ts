/** The comparisons over poor lines, by name. */
import { join } from 'node:path';
import { writeRandomFile } from '../../test/support/files.ts';
import { writeSmallFiles } from '../groups/small-files.ts';
import type { Work } from '../work.ts';
import { beside } from './beside.ts';
import type { Contender, Row, Transfer } from './contender.ts';
import { bytesFor, type Cuts, lostByCuts } from './cuts.ts';
import type { Line } from './emulator.ts';
import { type Ground, noLine } from './ground.ts';
import { isThere, type Mover, parallelRsync, rclone, rsync, scp } from './over-ssh.ts';
import { type Build, downloadAcross, type Uploaded, uploadAcross, uploadBeside } from './sluice.ts';

/** How large a row is: files' bytes in MB, or their number. */
export interface Sizes {
  /** For a trial of minutes. */
  readonly usual: number;
  /** For figures that are quoted. */
  readonly full: number;
}

export interface Choice {
  readonly line: Line;
  readonly size: number;
  readonly cuts: Cuts;
  readonly builds: readonly Build[];
}

/** A row before its files are there. */
export interface RowPlan {
  readonly line: Line;
  readonly sizes: Sizes;
  make(ground: Ground, name: string, choice: Choice): Promise<Row>;
}

const megabyte = 1e6;

export function lineText({ rtt, rate, loss }: Line): string {
  const speed = rate >= 1000 ? `${rate / 1000} Gb/s` : rate < 1 ? `${rate * 1000} kb/s` : `${rate} Mb/s`;
  return `${rtt} ms, ${speed}, ${loss === 0 ? 'no loss' : `${loss} % loss`}`;
}

/** One file of random bytes. */
export async function workOf(ground: Ground, bytes: number): Promise<Work> {
  const folder = join(ground.folder, `work-${ground.newTopic()}`);
  await writeRandomFile(join(folder, 'file.bin'), bytes);
  return { folder, bytes, files: 1 };
}

function download(ground: Ground, work: Work, build: Build): Transfer {
  let topic: Promise<string> | undefined;
  return {
    name: `${build.name} download`,
    run: async (begun) => {
      topic ??= uploadBeside(ground, work, build);
      return await downloadAcross(ground, work, build, await topic, begun);
    },
  };
}

function upload(ground: Ground, work: Work, build: Build, until: keyof Uploaded): Transfer {
  return {
    name: `${build.name} upload`,
    run: async (begun) => (await uploadAcross(ground, work, build, begun))[until],
  };
}

/** Its seconds alone. */
export function timed({ name, run }: Transfer): Contender {
  return { name, run: async () => ({ [name]: await run(() => {}) }) };
}

/** One run, two figures: the whole way, and what the sender knows of it. */
export function timedUpload(ground: Ground, work: Work, build: Build): Contender {
  const name = `${build.name} upload`;
  return {
    name,
    run: async () => {
      const { acknowledged, verified } = await uploadAcross(ground, work, build, () => {});
      return { [`${name}, verified at the far side`]: verified, [`${name}, acknowledged`]: acknowledged };
    },
  };
}

function race(
  ground: Ground,
  [name, title]: readonly [string, string],
  work: Work,
  movers: readonly Mover[],
  builds: readonly Build[],
): Row {
  const all = isThere('rclone') ? [...movers, rclone] : movers;
  const contenders = [
    ...all.map((mover) => timed(mover(ground, work))),
    ...builds.map((build) => timedUpload(ground, work, build)),
    ...builds.map((build) => timed(download(ground, work, build))),
  ];
  return { name, title, unit: 'seconds', bytes: work.bytes, contenders };
}

function oneFile(line: Line, sizes: Sizes): RowPlan {
  return {
    line,
    sizes,
    async make(ground, name, { line: chosen, size, builds }) {
      const title = `One file of ${size} MB over ${lineText(chosen)}`;
      return race(ground, [name, title], await workOf(ground, size * megabyte), [scp, rsync], builds);
    },
  };
}

function manyFiles(line: Line, sizes: Sizes): RowPlan {
  return {
    line,
    sizes,
    async make(ground, name, { line: chosen, size, builds }) {
      const work = await writeSmallFiles(join(ground.folder, 'small-files'), size);
      const megabytes = (work.bytes / megabyte).toFixed(0);
      const title = `${size} files of 4 kB (${megabytes} MB) over ${lineText(chosen)}`;
      return race(ground, [name, title], work, [rsync, parallelRsync], builds);
    },
  };
}

/** scp, and both ways of each build. */
function transfers(ground: Ground, work: Work, builds: readonly Build[], until: keyof Uploaded): Transfer[] {
  return [
    scp(ground, work),
    ...builds.map((build) => upload(ground, work, build, until)),
    ...builds.map((build) => download(ground, work, build)),
  ];
}

/** Round trips from start to exit, and those of them that are not the program's own time, which is what it takes without a line. */
function roundTrips({ link }: Ground, line: Line, { name, run }: Transfer): Contender {
  return {
    name,
    run: async () => {
      link.set(noLine);
      const own = await run(() => {});
      link.set(line);
      const seconds = await run(() => {});
      const trips = (time: number): number => (time * 1000) / line.rtt;
      return {
        [`${name}, start to exit`]: trips(seconds),
        [`${name}, without its own time`]: trips(seconds - own),
      };
    },
  };
}

const oneSmall: RowPlan = {
  line: { rtt: 200, rate: 20, loss: 0 },
  sizes: { usual: 0.004, full: 0.004 },
  async make(ground, name, { line, size, builds }) {
    const work = await workOf(ground, size * megabyte);
    const all = transfers(ground, work, builds, 'acknowledged');
    const title = `One file of ${size * 1000} kB over ${lineText(line)}, each --once`;
    return {
      name,
      title,
      unit: 'round trips',
      contenders: all.map((each) => roundTrips(ground, line, each)),
    };
  },
};

const cut: RowPlan = {
  line: { rtt: 80, rate: 10, loss: 0 },
  sizes: { usual: 0, full: 0 },
  async make(ground, name, { line, cuts, builds }) {
    const work = await workOf(ground, bytesFor(cuts, line.rate));
    const all = transfers(ground, work, builds, 'verified');
    const file = `One file of ${(work.bytes / megabyte).toFixed(0)} MB`;
    return {
      name,
      title: `${file} over ${lineText(line)}, cut ${cuts.times} times for ${cuts.lasts / 1000} s: time lost beyond that`,
      unit: 'seconds a cut',
      contenders: all.map((each) => lostByCuts(ground.link, cuts, each)),
    };
  },
};

const share: RowPlan = {
  line: { rtt: 80, rate: 20, loss: 0 },
  sizes: { usual: 15, full: 60 },
  async make(ground, name, { line, size, builds }) {
    const work = await workOf(ground, size * megabyte);
    const all = [
      undefined,
      scp(ground, work),
      ...builds.map((build) => upload(ground, work, build, 'verified')),
    ];
    return {
      name,
      title: `A TCP connection beside two transfers of ${size} MB the same way over ${lineText(line)}: its share of the line`,
      unit: 'share',
      contenders: all.map((each) => beside(ground, line, each)),
    };
  },
};

/** What a sweep compares: scp, and the whole way of each build's upload. */
export function raceOfTwo(ground: Ground, work: Work, builds: readonly Build[]): Contender[] {
  return [timed(scp(ground, work)), ...builds.map((build) => timed(upload(ground, work, build, 'verified')))];
}

/** A row's name -> its plan. New comparisons are added here. */
export const rowPlans: Readonly<Record<string, RowPlan>> = {
  lossy: oneFile({ rtt: 80, rate: 100, loss: 0.5 }, { usual: 10, full: 60 }),
  'lossy-files': manyFiles({ rtt: 80, rate: 100, loss: 0.5 }, { usual: 2000, full: 10_000 }),
  far: oneFile({ rtt: 200, rate: 20, loss: 2 }, { usual: 2, full: 10 }),
  fast: oneFile({ rtt: 20, rate: 1000, loss: 0 }, { usual: 200, full: 1000 }),
  slow: oneFile({ rtt: 300, rate: 0.064, loss: 0 }, { usual: 0.2, full: 1 }),
  'one-small': oneSmall,
  cut,
  share,
};
