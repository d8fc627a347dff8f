/** A plan from a seed: everything about it is drawn here, and nothing anywhere else. */
import { Random } from '../support/random.ts';
import { somePaths } from './names.ts';
import type { Content, Plan, ProcessStep, SinkStep, SourceStep, Step, TargetKind, Who } from './plan.ts';
import { pointsOf } from './points.ts';

/** NTFS's zero, before Unix, before and after what 32 bits hold, and what nothing but 64 bits of seconds holds. */
const times = [
  -11_644_473_600, -10_000_000_000, -2_208_988_800, -1, 0, 1e9, 4_102_444_800, 10_413_792_000,
  253_402_300_799,
];
const modes = [0o644, 0o600, 0o444, 0o755, 0o640, 0o4755, 0o000];
const chunk = 16_384;

export function makePlan(seed: number): Plan {
  const random = new Random(seed);
  const target = random.weighted<TargetKind>({
    plain: 30,
    tmpfs: 8,
    ext4: 6,
    xfs: 5,
    btrfs: 5,
    ntfs: 4,
    small: 8,
    'few-inodes': 5,
    refusing: 10,
    foreign: 8,
    occupied: 6,
    linked: 6,
  });
  const paths = somePaths(random, random.between(4, 12));
  const isPatient = random.chance(0.25);
  return {
    seed,
    target,
    refuses:
      target === 'refusing'
        ? random.some(random.between(1, 4), ['chmod', 'times', 'fsync', 'fsync-folder'] as const)
        : [],
    barred: barredOf(random, target, paths),
    isMended: target === 'small' || target === 'few-inodes' || random.chance(0.6),
    asNobody: target === 'foreign' || random.chance(0.3),
    uploaderFlags: [...uploaderFlags(random, isPatient), ...laterFlags(seed)],
    downloaderFlags: [
      ...['--commit-interval', random.pick(['1', '20', '500'])],
      ...random.pick([[], ['--buffer-bytes', '65536']]),
    ],
    isWatched: random.chance(0.3),
    isRepeated: random.chance(0.4),
    last: random.pick(['SIGKILL', 'SIGTERM']),
    steps: stepsOf(random, { target, paths, isPatient }),
  };
}

function barredOf(random: Random, target: TargetKind, paths: readonly string[]): string[] {
  if (target === 'occupied') return random.some(random.between(1, 2), paths);
  if (target !== 'foreign' && target !== 'linked') return [];
  const folders = [...new Set(paths.filter((path) => path.includes('/')).map((path) => path.split('/')[0]!))];
  return random.some(random.between(1, 2), folders);
}

function uploaderFlags(random: Random, isPatient: boolean): string[] {
  return [
    ...[
      '--min-age',
      isPatient ? '300' : '0',
      '--scan-interval',
      '300',
      '--partitions',
      random.pick(['1', '4']),
    ],
    ...random.pick([[], ['--hidden']]),
    ...random.pick([[], ['--chunk-size', String(chunk)], ['--chunk-size', '5000']]),
    ...random.pick([[], ['--pack-below', '0'], ['--pack-below', '4096']]),
    ...random.pick([[], ['--linger', '0']]),
    ...random.pick([[], ['--parallel', '1']]),
    ...random.pick([[], ['--buffer-bytes', '200000']]),
    ...random.pick([[], ['--checksum', 'sha256'], ['--checksum', 'crc64nvme']]),
    ...random.pick([[], ['--compression', 'none'], ['--compression', 'zstd']]),
  ];
}

/** Seeds below are those by which defects are found (`test/defects`): their plans stay. */
const firstWithLater = 1000;

/** What came later is drawn apart, so that a seed's steps stay what they were. */
function laterFlags(seed: number): string[] {
  if (seed < firstWithLater) return [];
  const random = new Random(seed ^ 0x5bd1e995);
  return [
    ...random.pick([[], ['--delta']]),
    ...random.pick([[], ['--stripe-above', '30000']]),
    ...random.pick([[], ['--hard-links']]),
    ...random.pick([[], ['--not-twice', 'always'], ['--not-twice', 'never']]),
  ];
}

interface Scene {
  readonly target: TargetKind;
  readonly paths: readonly string[];
  /** The uploader waits for files to come to rest: only then they may be edited in place. */
  readonly isPatient: boolean;
}

function stepsOf(random: Random, scene: Scene): Step[] {
  const steps: Step[] = [];
  for (let left = random.between(2, 8); left > 0; left--) steps.push(writing(random, scene));
  if (random.chance(0.8)) steps.push(...starting(random, 'uploader'));
  if (random.chance(0.6)) steps.push(...starting(random, 'downloader'));
  const ownBroker = random.chance(0.06);
  for (let left = random.between(8, 16); left > 0; left--) {
    const kind = random.weighted({
      source: 42,
      start: 24,
      signal: 12,
      wait: 10,
      network: 6,
      sink: 5,
      broker: ownBroker ? 8 : 0,
      state: 1,
    });
    if (kind === 'source') steps.push(atSource(random, scene));
    else if (kind === 'start') steps.push(...starting(random, who(random)));
    else if (kind === 'signal') steps.push(...signalling(random));
    else if (kind === 'wait') steps.push(waiting(random, who(random)));
    else if (kind === 'sink') steps.push(atSink(random, scene.target));
    else if (kind === 'network') {
      const faults = ['cut', 'half-open', 'refuse', 'slow', 'late', 'slices', 'resets', 'heal'] as const;
      steps.push({ do: 'network', who: who(random), fault: random.pick(faults) });
    } else if (kind === 'state') steps.push({ do: 'forget-state' });
    else if (random.chance(0.5)) steps.push({ do: 'kill-broker' });
    else steps.push({ do: 'stop-broker', milliseconds: random.between(100, 2000) });
  }
  return steps;
}

function who(random: Random): Who {
  return random.pick(['uploader', 'downloader']);
}

function sizeOf(random: Random): number {
  const kind = random.weighted({ empty: 1, tiny: 5, small: 4, chunks: 4, middle: 3, large: 1 });
  if (kind === 'empty') return 0;
  if (kind === 'tiny') return random.between(1, 200);
  if (kind === 'small') return random.between(1000, 5000);
  if (kind === 'chunks') return random.between(1, 6) * chunk + random.between(-1, 1);
  return kind === 'middle' ? random.between(100_000, 400_000) : random.between(1_000_000, 3_000_000);
}

function contentOf(random: Random, size: number = sizeOf(random)): Content {
  return { seed: random.seed(), size, kind: random.weighted({ noise: 6, text: 2, zeros: 1 }) };
}

function writing(random: Random, { paths }: Scene): SourceStep {
  const path = random.pick(paths);
  if (random.chance(0.5)) return { do: 'replace', path, content: contentOf(random) };
  return { do: 'write', path, content: contentOf(random), pieces: random.between(1, 4) };
}

function atSource(random: Random, scene: Scene): SourceStep {
  const path = random.pick(scene.paths);
  const kind = random.weighted({
    write: 8,
    append: 4,
    edit: scene.isPatient ? 2 : 0,
    truncate: 2,
    sparse: 1,
    misname: 0.5,
    rename: 3,
    remove: 3,
    touch: 3,
    chmod: 2,
  });
  switch (kind) {
    case 'write':
      return writing(random, scene);
    case 'append':
      return { do: 'append', path, content: contentOf(random) };
    case 'edit':
      return { do: 'edit', path, at: random.next(), content: contentOf(random) };
    case 'misname':
      return { do: 'misname', path };
    case 'truncate':
      return { do: 'truncate', path, to: random.next() };
    case 'sparse':
      return {
        do: 'sparse',
        path,
        hole: random.between(1, 2_000_000),
        content: contentOf(random, random.between(0, 5000)),
      };
    case 'rename':
      return { do: 'rename', path: folderOr(random, path), to: random.pick(scene.paths) };
    case 'remove':
      return { do: 'remove', path: folderOr(random, path) };
    case 'touch':
      return { do: 'touch', path, seconds: random.pick(times) };
    case 'chmod':
      return { do: 'chmod', path, mode: random.pick(modes) };
  }
}

/** The path, or now and then the folder that it is in. */
function folderOr(random: Random, path: string): string {
  return path.includes('/') && random.chance(0.3) ? path.slice(0, path.indexOf('/')) : path;
}

function starting(random: Random, whose: Who): ProcessStep[] {
  const count = random.chance(0.7) ? random.between(1, 5) : random.between(1, 40);
  const fatal = random.chance(0.35) ? { fatal: { point: random.pick(pointsOf(whose)), count } } : {};
  const start: ProcessStep = { do: 'start', who: whose, once: random.chance(0.3), ...fatal };
  return random.chance(0.7) ? [start, waiting(random, whose)] : [start];
}

function signalling(random: Random): ProcessStep[] {
  const whose = who(random);
  const signal = random.weighted({ SIGKILL: 5, SIGTERM: 3, SIGSTOP: 3, SIGCONT: 1 });
  const steps: ProcessStep[] = [{ do: 'signal', who: whose, signal }];
  // Not always: what is stopped may be killed.
  if (signal === 'SIGSTOP' && random.chance(0.8))
    steps.push(waiting(random, whose), { do: 'signal', who: whose, signal: 'SIGCONT' });
  return steps;
}

function waiting(random: Random, whose: Who): ProcessStep {
  return { do: 'wait', who: whose, files: random.between(1, 6), most: random.between(10, 1500) };
}

function atSink(random: Random, target: TargetKind): SinkStep {
  // Where there is no room there is none for a second one.
  const isRoomy = target !== 'small' && target !== 'few-inodes';
  const isBroken = ['small', 'few-inodes', 'foreign', 'occupied', 'linked'].includes(target);
  const kind = random.weighted({
    'copy-sink': isRoomy ? 2 : 0,
    'save-sink': isRoomy ? 3 : 0,
    'restore-sink': isRoomy ? 3 : 0,
    'forget-sink': 2,
    'forget-group': 2,
    'mend-target': isBroken ? 2 : 0,
  });
  if (kind === 'save-sink' || kind === 'forget-sink') return { do: kind, live: random.chance(0.3) };
  return { do: kind };
}
