/** The figures that only a downloader has: how far it is behind, what retention is about to take, and room at the sink. */
import { statfs } from 'node:fs/promises';
import { type Figure, gauge } from '../../figures/figure.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { parsePlace } from '../../stores/place.ts';
import { Dating } from './dating.ts';
import { type Behind, Lag, watchReading } from './lag.ts';
import { TransferFigures } from './transfer-figures.ts';

/** Milliseconds for which what the brokers said of the topic is good, and for which they are waited for. */
const [goodFor, patience] = [2000, 700];

export class DownloadFigures extends TransferFigures {
  readonly #lag: Lag;
  readonly #asked: { of: () => Promise<Behind> };

  constructor() {
    const lag = new Lag();
    const asked = { of: () => Promise.resolve(lag.behind(Date.now(), undefined)) };
    super('download', (begin, place) => [...ofLag(begin, () => asked.of()), ...ofSink(begin, place)]);
    this.#lag = lag;
    this.#asked = asked;
  }

  /** The client whose reading of `topic` is seen. */
  watch(kafka: Kafka, topic: string): Kafka {
    const dating = new Dating(this.#lag);
    let last: Promise<Behind> | undefined;
    let at = Number.NEGATIVE_INFINITY;
    this.#asked.of = () => {
      if (last !== undefined && performance.now() - at < goodFor) return last;
      at = performance.now();
      last = behindOf(kafka, topic, { lag: this.#lag, dating });
      return last;
    };
    return watchReading(kafka, this.#lag);
  }
}

/** As the brokers say it now; while they are away, as they said it with what was read last. */
async function behindOf(
  kafka: Kafka,
  topic: string,
  { lag, dating }: { readonly lag: Lag; readonly dating: Dating },
): Promise<Behind> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), patience);
  const asked = Promise.all([
    kafka.offsets(topic, 'latest'),
    kafka.offsets(topic, 'earliest'),
    kafka.describeTopic(topic),
  ]).catch(() => undefined);
  const [ends, starts, described] = (await Promise.race([asked, late.promise])) ?? [];
  clearTimeout(timer);
  const retention = Number(described?.config['retention.ms'] ?? Number.NaN);
  if (retention > 0 && ends !== undefined)
    void dating.look(ends, { now: Date.now(), retention }, (time) => kafka.offsets(topic, { time }));
  return lag.behind(Date.now(), Number.isNaN(retention) ? undefined : retention, ends, starts);
}

function ofLag(begin: string, behind: () => Promise<Behind>): readonly Figure[] {
  return [
    gauge(
      `${begin}_lag_records`,
      'Records of the topic that are not dealt with yet',
      async () => (await behind()).records,
    ),
    gauge(
      `${begin}_lag_bytes`,
      'Bytes of these, by the size of what was read so far',
      async () => (await behind()).bytes,
    ),
    gauge(
      `${begin}_retention_left_seconds`,
      'Until retention by time removes the oldest record that is not dealt with; absent while there is none',
      async () => (await behind()).retentionLeft,
    ),
    gauge(
      `${begin}_headroom_records`,
      'Records between the beginning of the topic and what is not dealt with, of the partition that has least',
      async () => (await behind()).headroom,
    ),
  ];
}

function ofSink(begin: string, place: () => string | undefined): readonly Figure[] {
  const disk = async () => {
    const written = place();
    if (written === undefined) return undefined;
    const parsed = parsePlace(written);
    return parsed.store === 'disk' ? statfs(parsed.path) : undefined;
  };
  const bytes = (of: 'bavail' | 'blocks') => async () => {
    const found = await disk();
    return found && found[of] * found.bsize;
  };
  return [
    gauge(
      `${begin}_sink_free_bytes`,
      'What this user may still write where the sink is; of folders alone',
      bytes('bavail'),
    ),
    gauge(`${begin}_sink_size_bytes`, 'The size of that file system', bytes('blocks')),
  ];
}
