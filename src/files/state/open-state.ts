/** Opens what an uploader remembers: read, made anew when it is gone, refused when it speaks of another topic. */
import { ConfigurationError } from '../../errors.ts';
import type { Kafka, TopicDescription } from '../../kafka/contract.ts';
import type { FileState } from '../../records/state-record.ts';
import type { Encryption } from '../shared/encryption.ts';
import type { UploadSettings } from '../shared/options.ts';
import { endsOf, stateTopicOf, type UploadTopics } from '../shared/topics.ts';
import { KnownContents } from './known-contents.ts';
import { awaitLease, type StandingLease } from './lease.ts';
import { rebuildState } from './rebuild-state.ts';
import { notGoneOnWith } from './seen-state.ts';
import type { StandingPlaces } from './standing-places.ts';
import { UploadState } from './upload-state.ts';

export interface OpenStateOptions {
  readonly kafka: Kafka;
  /** In a dry run on topics that do not exist nothing has been sent. */
  readonly topics: Partial<UploadTopics>;
  readonly settings: UploadSettings;
  readonly encryption?: Pick<Encryption, 'names'> | undefined;
  readonly signal: AbortSignal;
  /** Find out from the files topic itself, whatever is remembered, and forget what is damaged. */
  readonly rebuild?: boolean;
  /** What to do while an uploader of the name is alive. Default: as an uploader is told. */
  readonly advice?: string;
}

/** What is asked of the files topic beside the state, whether or not that will need it: afterwards it would cost round trips. */
interface Aside {
  readonly cluster: Promise<string>;
  readonly ends: Promise<readonly number[]>;
  readonly earliest: Promise<ReadonlyMap<number, number>>;
}

function ask(kafka: Kafka, topic: TopicDescription): Aside {
  const aside = {
    cluster: kafka.describeCluster().then(({ clusterId }) => clusterId),
    ends: endsOf(kafka, topic),
    earliest: kafka.offsets(topic.name, 'earliest'),
  };
  // Whoever needs one is told.
  for (const answer of Object.values<Promise<unknown>>(aside)) answer.catch(() => {});
  return aside;
}

/** Waits for the uploader's name to be free, except in a dry run. Throws ConfigurationError when it is not. */
export async function openState(options: OpenStateOptions): Promise<UploadState> {
  const { kafka, topics, settings, rebuild = false } = options;
  const { files: topic } = topics;
  let aside = topic && ask(kafka, topic);
  const { state, hasWaited } = await readState(options);
  if (topic === undefined || aside === undefined) return state;
  if (hasWaited) aside = ask(kafka, topic);
  // Before too: what speaks of another topic counts, and may be replaced by what stands on this one.
  if (settings.resend) state.resendAll();
  if (rebuild || !state.isReady(topic.id)) await recover(options, topic, state, aside);
  if (settings.resend) state.resendAll();
  await giveUpCut(options, topic, state, await aside.ends);
  state.countOnly(topic.id);
  return state;
}

async function readState(options: OpenStateOptions): Promise<{
  readonly state: UploadState;
  readonly hasWaited: boolean;
}> {
  const { kafka, topics, settings, encryption, signal, rebuild, advice } = options;
  const { name: uploader, dryRun, onEvent } = settings;
  const { partitions } = topics.state ?? { partitions: 1 };
  const read = async (): Promise<UploadState> => {
    const topic = stateTopicOf(settings.topic);
    const names = encryption?.names;
    const isCompared = settings.notTwice !== 'never' && encryption === undefined;
    const contents = isCompared ? new KnownContents() : undefined;
    const state = new UploadState({ kafka, topic, partitions, uploader, names, contents });
    if (topics.state !== undefined) await state.load(rebuild);
    return state;
  };
  let state = await read();
  if (dryRun) return { state, hasWaited: false };
  let isTold = false;
  const waiting = (message: string): void => {
    isTold = true;
    onEvent({ type: 'waiting', on: 'kafka', message });
  };
  const leases = (from: number): Promise<(StandingLease | null)[]> => state.leasesFrom(from);
  let ended: number | undefined;
  while (state.lease !== undefined && state.lease.offset !== ended) {
    const { lease } = state;
    await awaitLease({ uploader, lease, leases, waiting, signal, advice });
    ended = lease.offset;
    // Its former holder may have gone on writing until now, and another may have been faster than we.
    state = await read();
  }
  if (isTold && !signal.aborted)
    onEvent({ type: 'resumed', on: 'kafka', message: `the name "${uploader}" is free` });
  return { state, hasWaited: ended !== undefined };
}

/** Finds out from the files topic itself what this uploader sent before there was this state topic. */
async function recover(
  { kafka, topics, settings, rebuild = false }: OpenStateOptions,
  topic: TopicDescription,
  state: UploadState,
  aside: Aside,
): Promise<void> {
  const { name: uploader, onEvent } = settings;
  const cluster = await aside.cluster;
  const { origin } = state;
  const isOfHere = origin?.topic === topic.id;
  // Both topics were copied here: what was sent stands on this one too, elsewhere.
  const isCopy = !isOfHere && (origin?.cluster ?? '') !== '' && origin?.cluster !== cluster;
  const isDoubted = settings.resend || rebuild || isCopy;
  for (const [, file] of isDoubted ? [] : state.files()) {
    if (file.topic === topic.id || file.state === 'aborted') continue;
    throw new ConfigurationError(
      `topic ${topic.name} was deleted and made anew since "${uploader}" sent its files there: add --resend once to send them all again`,
    );
  }
  // A state topic that is older than the files topic has been told everything; a copy of another cluster's has not.
  const isOlder = origin !== undefined && !isOfHere && origin.cluster === cluster;
  if (isOlder && !rebuild) return;
  const ends = isOfHere && !rebuild ? origin.ends : await aside.ends;
  const begin = { topic: topic.id, ends: [...ends], cluster };
  if (!isOfHere && !isOlder && topics.isNewState) state.beginAllAt(begin);
  else if (!isOfHere && !isOlder) state.beginAt(begin);
  const earliest = await aside.earliest;
  const until = new Map(
    [...ends.entries()].filter(([partition, end]) => end > (earliest.get(partition) ?? end)),
  );
  if (until.size === 0) return;
  const stateTopic = stateTopicOf(topic.name);
  const message = `${stateTopic} does not know what "${uploader}" has sent: reading ${topic.name} to find out`;
  if (!rebuild) onEvent({ type: 'warning', message });
  const { files, sealed, places } = await rebuildState(kafka, topic, uploader, until);
  if (isCopy) goOnAtCopy(state, topic.id, files, places);
  for (const [path, file] of files) {
    const known = state.get(path);
    const isElsewhere = isDoubted && known !== undefined && known.topic !== topic.id;
    if (known === undefined || isElsewhere || (rebuild && known.upload < file.upload))
      state.restore(path, file);
  }
  if (rebuild && sealed > 0)
    onEvent({
      type: 'warning',
      message: `${sealed} records of "${uploader}" are encrypted, and an uploader has no key that opens them: files that it does not remember are sent again`,
    });
}

/**
 * What is remembered of files that stand on the copy of their topic in the same version holds there too, with how they looked at the source: none of them is to be
 * read again. Of what is encrypted nobody but this state could say what it is.
 */
function goOnAtCopy(
  state: UploadState,
  topic: string,
  found: ReadonlyMap<string, FileState>,
  places: StandingPlaces,
): void {
  for (const [path, known] of [...state.files()]) {
    const { before: _, ...file } = known;
    if (known.topic === topic || known.state !== 'sent') continue;
    const other = found.get(path);
    if (other?.upload === known.upload) {
      const { partition, first, last, of, since, stripes } = other;
      state.restore(path, { ...file, topic, partition, first, last, of, since, stripes });
    } else if (known.sealed !== undefined) {
      const place = places.ofSealed(known.upload);
      if (place !== undefined) state.restore(path, { ...file, topic, ...place });
    }
  }
}

/** What was sent behind the present end of its partition is not there any more: that log was cut, and it is sent again. */
async function giveUpCut(
  { kafka, settings }: OpenStateOptions,
  topic: TopicDescription,
  state: UploadState,
  atLeast: readonly number[],
): Promise<void> {
  type Placed = Pick<FileState, 'partition' | 'last' | 'stripes'>;
  const reaches = ({ partition, last, stripes = [] }: Placed, ends: readonly number[]): boolean =>
    last >= (ends[partition] ?? 0) || stripes.some(([where, , last]) => last >= (ends[where] ?? 0));
  const isBehind = (version: Placed): boolean => reaches(version, atLeast);
  if (!someFile(state, (file) => file.topic === topic.id && [file, file.before ?? file].some(isBehind)))
    return;
  // Asked after the state was read: what that tells of may have been sent meanwhile.
  const ends = await endsOf(kafka, topic);
  const isCut = (version: Placed): boolean => reaches(version, ends);
  let count = 0;
  for (const [path, file] of state.files()) {
    if (file.topic !== topic.id) continue;
    const { before, ...others } = notGoneOnWith(file);
    const standing = before === undefined || isCut(before) ? {} : { before };
    if (isCut(file)) {
      count++;
      // What was half sent is given up by a record: without its checksum it is not gone on with.
      state.restore(path, {
        ...others,
        ...standing,
        state: file.state === 'sending' ? 'sending' : 'aborted',
      });
    } else if (before !== undefined && isCut(before)) state.restore(path, { ...file, before: undefined });
  }
  if (count === 0) return;
  const message = `${topic.name} ends before records of ${count} files that "${settings.name}" has sent: the log was cut (an unclean election, or a broker put back from a backup); they are sent again`;
  settings.onEvent({ type: 'warning', message });
}

/** Looks at one file after the other: an array of all would be larger than what is remembered of them. */
function someFile(state: UploadState, is: (file: FileState) => boolean): boolean {
  for (const [, file] of state.files()) if (is(file)) return true;
  return false;
}
