/** `sluice download`: the files of a topic into a folder. */
import type { Command } from 'commander';
import type { ExitCode } from '../errors.ts';
import { deletionChoices, downloadDefaults, overwrites } from '../files/shared/options.ts';
import { sinkAttributeFlags } from './attribute-flags.ts';
import { bandwidthOf } from './bandwidth.ts';
import { giveUpFlag, onceGivesUpAfter, topicFlag } from './connection.ts';
import { figuresFlags } from './figures-flags.ts';
import { counted, type FlagsIn, optional, required, timed, toggle, valued } from './flags.ts';
import { keyFlags } from './key-flags.ts';
import { LiveSettings } from './live-settings.ts';
import { storeFlags, storeOptions, writtenFlags } from './store-flags.ts';
import { runTransfer } from './transfer.ts';
import { choice, path, place, size, startingPoint, text } from './values.ts';
import { type Call, createVerb } from './verb.ts';
import { bandwidthFlags, scheduleFlag } from './when-flags.ts';

const sinkFlags = {
  to: required('to', 'PLACE', place, 'the folder to fill, made when it is missing, or the URL of a store'),
  topic: topicFlag,
  name: optional('name', 'DOWNLOADER', text, 'with the folder it names the position', "this host's name"),
  group: optional(
    'group',
    'GROUP',
    text,
    'fill the place, a store or a folder of this machine, together with the other downloaders of this group, each under a --name of its own',
    'none: everything is received here',
  ),
  once: toggle('once', 'read what is on the topic now and exit; otherwise go on'),
  ...scheduleFlag,
  fromOffset: optional(
    'from-offset',
    'WHERE',
    startingPoint,
    'where to begin when there is no position yet: beginning, end, or a time such as 2026-07-01T12:00Z',
    'beginning',
  ),
  overwrite: valued(
    'overwrite',
    'WHEN',
    choice(overwrites),
    downloadDefaults.overwrite,
    downloadDefaults.overwrite,
    'what replaces a file that stands there: always, newer, never; rename: all does, and that file is kept as NAME~1.EXT',
  ),
  reset: toggle('reset', 'forget the position and begin anew at --from-offset'),
  deletions: valued(
    'deletions',
    'HOW',
    choice(deletionChoices),
    downloadDefaults.deletions,
    downloadDefaults.deletions,
    'obey: what goes at a source with --delete goes here too, unless somebody has changed it here; ignore: it stays',
  ),
  unsafeLinks: toggle(
    'unsafe-links',
    'make symbolic links too that lead out of the folder of their uploader',
  ),
  ...sinkAttributeFlags,
  backupDir: optional(
    'backup-dir',
    'DIR',
    path,
    'move files that are to be removed into this folder, on the same file system; below --to unless it is absolute',
  ),
} as const;

const receivingFlags = {
  connections: counted(
    'connections',
    downloadDefaults.connections,
    [1, 256],
    'at most so many connections to a broker',
  ),
  bufferBytes: optional(
    'buffer-bytes',
    'SIZE',
    size(1),
    'bytes that may be fetched ahead',
    '8MiB, and 64MiB over several connections',
  ),
  commitInterval: timed(
    'commit-interval',
    downloadDefaults.commitInterval,
    'time between two commits of the position; much data is committed sooner',
  ),
  takeOverAfter: timed(
    'take-over-after',
    downloadDefaults.takeOverAfter,
    'with --group: without a sign of life for so long, what a member reads is given to others',
  ),
  maxOpen: counted(
    'max-open',
    downloadDefaults.maxOpen,
    [1, 10_000_000],
    'uploads that may be open at once; beyond, the one that has waited for longest is set aside',
  ),
  spill: optional(
    'spill',
    'DIR',
    path,
    'with a store: keep what comes in this folder until it is verified; for many large files at once',
    'none: it goes on as it comes',
  ),
  ...bandwidthFlags,
  giveUpAfter: giveUpFlag('never while going on, 5m with --once'),
} as const;

const places = { ...storeFlags, ...writtenFlags } as const;
const groups = {
  'What to receive': sinkFlags,
  'How to receive': receivingFlags,
  'What is encrypted': keyFlags,
  'Stores that are no folder': places,
  Figures: figuresFlags,
} as const;

export function downloadCommand(): Command {
  return createVerb({
    name: 'download',
    summary: 'rebuild the files of a topic in a folder or a bucket',
    description:
      'Rebuilds every file of a topic as PLACE/UPLOADER/PATH and goes on until it is interrupted. A file gets its name ' +
      'only when all its bytes are there and match the digest taken at the source; in a folder, one that does not match ' +
      'is kept as NAME.DIGEST_MISMATCH. A restart goes on where it stopped, in a folder in the middle of a file too. ' +
      'Downloaders with different folders, or names, each receive everything.',
    groups,
    examples: [
      ['sluice download --to copies --topic files', 'Mirror a topic and go on'],
      ['sluice download --to copies --topic files --once', 'Fetch what is there now'],
      [
        'sluice download --to today --topic files --from-offset 2026-07-01',
        'Begin with what was sent on a certain day',
      ],
      ['sluice download --to s3://backups/shops --topic files', 'Fill a bucket'],
      [
        'sluice download --to s3://backups/shops --topic files --group fill --name fill-2',
        'Fill it together with fill-1 and fill-3',
      ],
    ],
    run,
  });
}

async function run(call: Call<FlagsIn<typeof groups>>): Promise<ExitCode> {
  const { settings, output, kafka } = call;
  const live = new LiveSettings({ ...call, changeable: ['bandwidth', 'timeZone'] });
  const bandwidth = bandwidthOf(() => live.settings, 'down');
  const once = settings.once || settings.schedule !== undefined;
  const giveUp = once ? { giveUpAfter: onceGivesUpAfter } : {};
  const figures = async () => new (await import('../files/run/download-figures.ts')).DownloadFigures();
  const run = { ...settings, live, bandwidth, verb: 'download', watching: !once, output, figures } as const;
  return runTransfer(run, async ({ logger, onEvent }, signal, watcher) => {
    // Loaded here, so that help and usage errors need not wait for the client of Kafka.
    const { downloadOnce } = await import('../files/download.ts');
    const more = { once, kafka, bandwidth, logger, signal, onEvent };
    return downloadOnce({ ...giveUp, ...settings, ...storeOptions(settings), ...more }, watcher);
  });
}
