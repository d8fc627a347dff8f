/** What is to be planned: by flags, and what a topic's last days say. */
import type { Resolved } from '../../config.ts';
import { ConfigurationError } from '../../errors.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { day, type FilesFacts, type LiveFacts, type PlanFacts, planDefaults } from '../../plan/facts.ts';
import type { ObservedFiles, ObservedLive } from '../../plan/observe.ts';
import type { PlanFlags } from './plan-flags.ts';

export type PlanSettings = Resolved<PlanFlags>;

export interface Observed {
  readonly files?: ObservedFiles;
  readonly live?: ObservedLive;
}

/** Throws ConfigurationError where there is nothing to plan, or half of it. Pure. */
export function factsOf(settings: PlanSettings, observed: Observed, brokers: number | undefined): PlanFacts {
  const { line, disk } = settings;
  const files = filesOf(settings, observed.files);
  const live = liveOf(settings, observed.live);
  if (files === undefined && live === undefined) {
    throw new ConfigurationError(
      'there is nothing to plan: give --files-per-day and --average-size, or --streams and --bit-rate, or a topic that knows, by --from TOPIC',
    );
  }
  const cluster = { brokers: settings.brokers ?? brokers ?? planDefaults.brokers, line, disk };
  return { files, live, cluster };
}

function filesOf(settings: PlanSettings, observed: ObservedFiles | undefined): FilesFacts | undefined {
  const { filesPerDay, averageSize, away, downloaders, members } = settings;
  if ((filesPerDay === undefined) !== (averageSize === undefined)) {
    const missing = filesPerDay === undefined ? '--files-per-day' : '--average-size';
    throw new ConfigurationError(
      `${missing} is missing: how much comes is files a day by their average size`,
    );
  }
  if (filesPerDay === undefined && observed === undefined) return undefined;
  const loads =
    filesPerDay === undefined || averageSize === undefined
      ? (observed?.loads ?? [])
      : [{ perDay: filesPerDay, averageSize }];
  const perDay = loads.reduce((sum, load) => sum + load.perDay, 0);
  return {
    topic:
      settings.check !== undefined && settings.streams === undefined
        ? settings.check
        : (settings.from ?? settings.topic),
    loads,
    uploaders: settings.uploaders ?? observed?.uploaders ?? planDefaults.uploaders,
    downloaders,
    members,
    peak: settings.peak ?? observed?.peak ?? planDefaults.peak,
    together: settings.together ?? observed?.together ?? planDefaults.together,
    away,
    remembered:
      settings.remembered ?? Math.ceil(Math.max(observed?.remembered ?? 0, perDay * (away / day + 7))),
  };
}

function liveOf(settings: PlanSettings, observed: ObservedLive | undefined): LiveFacts | undefined {
  const { streams, bitRate, viewers = 0, cached, servers, rewind } = settings;
  if ((streams === undefined) !== (bitRate === undefined)) {
    const missing = streams === undefined ? '--streams' : '--bit-rate';
    throw new ConfigurationError(`${missing} is missing: live video is streams by their bit rate`);
  }
  const from =
    streams === undefined || bitRate === undefined
      ? observed
      : { streams, bitRate, renditions: settings.renditions };
  if (from === undefined) return undefined;
  const topic = streams === undefined ? (settings.from ?? settings.check) : undefined;
  return { ...from, topic: topic ?? settings.liveTopic, viewers, cached, servers, rewind };
}

/** Reads what the last days of a topic were. Throws ConfigurationError where nothing came. */
export async function observe(
  kafka: Kafka,
  topic: string,
  settings: PlanSettings,
  properties: Readonly<Record<string, string>>,
): Promise<Observed> {
  const [
    { observedFiles, observedLive, observedDays },
    { listFrom },
    { indexTopicOf },
    { decodeIndexEntry },
  ] = await Promise.all([
    import('../../plan/observe.ts'),
    import('../../files/list.ts'),
    import('../../live/topics.ts'),
    import('../../records/live-index.ts'),
  ]);
  const now = Date.now();
  const index = await kafka.describeTopic(indexTopicOf(topic));
  if (index === undefined) {
    const files = observedFiles(await listFrom(kafka, { topic, kafka: properties }), now);
    if (files !== undefined) return { files };
  } else {
    const since = await kafka.offsets(index.name, { time: now - observedDays * day });
    const segments: Parameters<typeof observedLive>[0][number][] = [];
    for (const [partition, offset] of since) {
      await kafka.readToEnd(index.name, partition, offset, (record) => {
        const entry = decodeIndexEntry(record);
        if (entry.kind === 'segment') segments.push(entry);
      });
    }
    const live = observedLive(segments);
    if (live !== undefined) return { live };
  }
  if (settings.filesPerDay !== undefined || settings.streams !== undefined) return {};
  throw new ConfigurationError(
    `nothing came to topic ${topic} within ${observedDays} days, so that it says nothing of what goes through: give --files-per-day and --average-size, or --streams and --bit-rate`,
  );
}
