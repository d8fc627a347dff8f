/** What a plan says of a load that was run, beside what was measured. Pure. */
import { costs } from '../../src/plan/costs.ts';
import { dayOf } from '../../src/plan/file-records.ts';
import {
  brokerCpu,
  downloaderCpu,
  type Moved,
  serverCpu,
  uploaderCpu,
  viewing,
} from '../../src/plan/flows.ts';
import { secondOf } from '../../src/plan/live-records.ts';
import { deviation, median, type Row } from './compare.ts';
import type { LiveRun } from './live.ts';
import type { Load, Measured } from './loads.ts';

/** What such a load moves, by the plan: all of it appears at once. */
export function movedBy({ files, size }: Load): Moved & { readonly disk: number } {
  const ofDay = dayOf({
    loads: [{ perDay: files, averageSize: size }],
    uploaders: 1,
    peak: 1,
    together: files,
  });
  const disk = ofDay.bytes + ofDay.stateBytes;
  return {
    bytes: ofDay.bytes,
    smallFiles: ofDay.smallFiles,
    records: ofDay.records + ofDay.stateRecords,
    disk,
  };
}

export function rowsOfFiles(load: Load, runs: readonly Measured[]): Row[] {
  const moved = movedBy(load);
  const middle = (of: (run: Measured) => number): number => median(runs.map(of));
  const row = (what: string, unit: string, planned: number, of: (run: Measured) => number): Row => {
    return { load: load.name, what, unit, planned, measured: middle(of) };
  };
  const seconds = middle(({ sent, received }) => sent.seconds + received.seconds);
  const ofDownloader = middlePair(
    runs.map((run) => ({
      planned: costs.downloader.start + downloaderCpu(moved, run.durable ?? costs.durable.perThousandFiles),
      measured: run.received.cpu,
    })),
  );
  return [
    row('uploader', 's of a core', costs.uploader.start + uploaderCpu(moved), ({ sent }) => sent.cpu),
    row('downloader', 's of a core', ofDownloader.planned, () => ofDownloader.measured),
    row(
      'broker',
      's of a core',
      brokerCpu(moved, { copies: 1, readers: 1, seconds }),
      ({ sent, received }) => sent.broker + received.broker,
    ),
    row('records on T and T.state', '', moved.records, ({ records }) => records),
    row('on disk', 'MB', moved.disk / 1e6, ({ stored }) => stored / 1e6),
    row('network, to the broker', 'MB', moved.disk / 1e6, ({ sent }) => sent.crossed / 1e6),
    row('network, from the broker', 'MB', moved.bytes / 1e6, ({ received }) => received.crossed / 1e6),
    row(
      'memory of the uploader',
      'MB',
      costs.uploader.memory / 1e6 + (load.files * costs.uploader.perFile) / 1e6,
      ({ sent }) => sent.peak / 1e6,
    ),
    row(
      'memory of the downloader',
      'MB',
      costs.downloader.memory / 1e6,
      ({ received }) => received.peak / 1e6,
    ),
  ];
}

/** What the machine took just then to make files durable is in the plan of a run, and of no other: the one that is off by the middle of them. */
function middlePair(pairs: readonly Pick<Row, 'planned' | 'measured'>[]): Pick<Row, 'planned' | 'measured'> {
  const sorted = pairs.toSorted((a, b) => deviation(a) - deviation(b));
  return sorted[sorted.length >> 1]!;
}

export function rowsOfLive(runs: readonly LiveRun[]): Row[] {
  return (['ll-hls', 'websocket'] as const).flatMap((transport) => {
    const own = runs.filter((run) => run.transport === transport);
    const [first] = own;
    if (first === undefined) return [];
    const middle = (of: (run: LiveRun['measured']) => number): number =>
      median(own.map(({ measured }) => of(measured)));
    const bitRate = middle((run) => run.bitRate);
    const asked = viewing(first.viewers, bitRate, transport);
    const second = secondOf({ bitRate, renditions: 1 });
    const load = `${first.viewers} viewers, ${transport}, ${(bitRate / 1e6).toFixed(2)} Mb/s`;
    return [
      {
        load,
        what: 'server',
        unit: 'cores',
        planned: serverCpu(asked),
        measured: middle((run) => run.server / run.seconds),
      },
      {
        load,
        what: transport === 'll-hls' ? 'requests' : 'messages',
        unit: 'a second',
        planned: asked.requests + asked.messages,
        measured: middle((run) => run.requests / run.seconds),
      },
      {
        load,
        what: 'network, all of it',
        unit: 'MB/s',
        // The publisher to Kafka, Kafka to the server, the server to viewers.
        planned: (asked.bytes + 2 * second.bytes) / 1e6,
        measured: middle((run) => run.crossed / run.seconds / 1e6),
      },
      {
        load,
        what: 'records on L, L.index, L.streams',
        unit: 'a second',
        planned: second.records + second.indexRecords + second.claimRecords,
        measured: middle((run) => run.records / run.seconds),
      },
    ];
  });
}
