/** Opens what an uploader remembers: read, made anew when it is gone, refused when it speaks of another topic. */
import { ConfigurationError } from '../errors.ts';
import type { Kafka, TopicDescription } from '../kafka/contract.ts';
import type { UploadSettings } from './options.ts';
import { rebuildState } from './rebuild-state.ts';
import { openStateTopic, stateTopicOf } from './topics.ts';
import { UploadState } from './upload-state.ts';

/** `topic` is undefined in a dry run on a topic that does not exist: then nothing has been sent. */
export async function openState(
  kafka: Kafka,
  topic: TopicDescription | undefined,
  settings: UploadSettings,
): Promise<UploadState> {
  const { name: uploader, onEvent } = settings;
  const name = stateTopicOf(settings.topic);
  const description = settings.dryRun
    ? await kafka.describeTopic(name)
    : await openStateTopic(kafka, settings.topic, settings.replicationFactor);
  const state = new UploadState({ kafka, topic: name, partitions: description?.partitions ?? 1, uploader });
  if (topic === undefined) return state;
  const records = description === undefined ? 0 : await state.load();
  if (settings.resend) {
    state.forgetAll();
    return state;
  }
  if ([...state.files.values()].some((file) => file.topic !== topic.id)) {
    throw new ConfigurationError(
      `topic ${topic.name} was deleted and made anew since "${uploader}" sent its files there: add --resend once to send them all again`,
    );
  }
  if (records === 0 && (await holdsRecords(kafka, topic.name))) {
    const message = `${name} holds nothing: reading ${topic.name} to find out what was sent already`;
    onEvent({ type: 'warning', message });
    for (const [path, file] of await rebuildState(kafka, topic, uploader)) state.restore(path, file);
  }
  return state;
}

async function holdsRecords(kafka: Kafka, topic: string): Promise<boolean> {
  const [earliest, latest] = await Promise.all([
    kafka.offsets(topic, 'earliest'),
    kafka.offsets(topic, 'latest'),
  ]);
  return [...latest].some(([partition, end]) => end > (earliest.get(partition) ?? 0));
}
