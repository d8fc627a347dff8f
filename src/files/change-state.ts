/** Changes what an uploader remembers, in its place: while its name is held, so that it does not run meanwhile. */
import { ConfigurationError } from '../errors.ts';
import { createKafka } from '../kafka/client.ts';
import type { Kafka } from '../kafka/contract.ts';
import { uploaderFault } from '../records/path.ts';
import { clientOptions } from './run/client-options.ts';
import { namesKeyOf } from './shared/encryption.ts';
import type { UploadEvent } from './shared/events.ts';
import { listedFilter } from './shared/listed-filter.ts';
import { uploadSettings } from './shared/options.ts';
import type { ChangeStateOptions, ForgetStateOptions } from './shared/state-options.ts';
import { existingTopic, openTopics, stateTopicOf } from './shared/topics.ts';
import { HeldLease } from './state/held-lease.ts';
import { openState } from './state/open-state.ts';
import { sentAnew } from './state/seen-state.ts';
import type { UploadState } from './state/upload-state.ts';

/** What was done. */
export interface ChangedState {
  /** Files of which something else, or nothing, is remembered now. */
  readonly files: number;
}

/**
 * Forgets files: the uploader's next run takes them for new, and sends them again under ids that are greater. What is half sent is not gone
 * on with: the next run gives it up by a record first. Throws ConfigurationError where nothing matches, or while the uploader runs.
 */
export async function forgetState(options: ForgetStateOptions): Promise<ChangedState> {
  return withClient(options, (kafka) => forgetStateFrom(kafka, options));
}

/** Reads the files topic, and remembers what the uploader sent there as far as it was not known. Throws as {@link forgetState} does. */
export async function rebuildState(options: ChangeStateOptions): Promise<ChangedState> {
  return withClient(options, (kafka) => rebuildStateFrom(kafka, options));
}

async function withClient<T>(options: ChangeStateOptions, work: (kafka: Kafka) => Promise<T>): Promise<T> {
  const kafka = createKafka(clientOptions(options, 'sluice-state'));
  try {
    return await work(kafka);
  } finally {
    await kafka.close();
  }
}

/** {@link forgetState} through any client, which stays open. */
export async function forgetStateFrom(kafka: Kafka, options: ForgetStateOptions): Promise<ChangedState> {
  const { uploader, path } = options;
  const filter = listedFilter(options);
  const isMeant = (one: string): boolean =>
    (path === undefined || one === path) && filter.plainNames(uploader, one);
  return withHeldState(kafka, options, false, async (state) => {
    const meant: string[] = [];
    for (const [one, file] of state.files()) if (file.state !== 'aborted' && isMeant(one)) meant.push(one);
    if (meant.length === 0)
      throw new ConfigurationError(
        `nothing is remembered of ${uploader}${path === undefined ? '' : `/${path}`} that could be forgotten (of encrypted names, add --encrypt-names FILE)`,
      );
    for (const one of meant) {
      await state.behind.drained();
      state.set(one, sentAnew(state.get(one)!));
    }
    return { files: meant.length };
  });
}

/** {@link rebuildState} through any client, which stays open. */
export async function rebuildStateFrom(kafka: Kafka, options: ChangeStateOptions): Promise<ChangedState> {
  return withHeldState(kafka, options, true, async (state) => ({ files: state.restored }));
}

/** Calls `work` while the name is ours; what it has restored is written, and the name given back. */
async function withHeldState<T>(
  kafka: Kafka,
  options: ChangeStateOptions,
  rebuild: boolean,
  work: (state: UploadState) => Promise<T>,
): Promise<T> {
  const { uploader, encryptNames, onEvent = () => {} } = options;
  const fault = uploaderFault(uploader);
  if (fault !== undefined) throw new ConfigurationError(`"${uploader}" is no name of an uploader: ${fault}`);
  const encryption = encryptNames === undefined ? undefined : { names: await namesKeyOf(encryptNames) };
  const files = await existingTopic(kafka, options.topic);
  const tell = (event: UploadEvent): void => {
    if (event.type === 'waiting' || event.type === 'resumed' || event.type === 'warning') onEvent(event);
  };
  const settings = uploadSettings({
    kafka: {},
    topic: files.name,
    from: '',
    name: uploader,
    onEvent: tell,
    notTwice: 'never',
  });
  if (!rebuild && (await kafka.describeTopic(stateTopicOf(files.name))) === undefined)
    throw new ConfigurationError(`${stateTopicOf(files.name)} does not exist: nothing is remembered`);
  const topics = await openTopics(kafka, files.name, settings, () => {});
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const advice = 'stop it first';
  const state = await openState({ kafka, topics, settings, encryption, signal, rebuild, advice });
  signal.throwIfAborted();
  const producer = kafka.producer({ bufferBytes: settings.bufferBytes });
  const lost = (error: unknown): void => stop.abort(error);
  state.behind.open(producer, lost);
  const [leases, write] = [state.leasesFrom.bind(state), state.writeLease.bind(state)];
  try {
    const lease = await HeldLease.take({ uploader, topicId: files.id, leases, write, lost }, state.end);
    state.behind.guardWith(() => lease.confirm());
    try {
      const result = await work(state);
      await state.makeReady(files.id);
      await state.behind.flush();
      return result;
    } finally {
      await lease.release();
    }
  } finally {
    await producer.close();
  }
}
