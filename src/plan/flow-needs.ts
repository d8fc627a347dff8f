/** What a plan takes of lines and processors. Pure. */
import { replicasOf } from './common.ts';
import type { Need, PlanFacts } from './facts.ts';
import type { DayOfFiles } from './file-records.ts';
import {
  brokerCpu,
  busiestSecond,
  downloaderCpu,
  liveSecond,
  type Moved,
  serverCpu,
  throughCache,
  uploaderCpu,
  viewing,
} from './flows.ts';
import type { SecondOfStream } from './live-records.ts';
import { bytesText, figure } from './sizes.ts';

/** A receiver that was away reads so many times as fast as files come on average, and is back in a quarter of the time. */
const catchUp = 5;

interface Flows {
  readonly files: (Moved & { readonly payload: number }) | undefined;
  readonly live: Moved | undefined;
  /** Bytes a second of one that catches up. */
  readonly behind: number;
}

export function flowNeeds(
  facts: PlanFacts,
  ofDay: DayOfFiles | undefined,
  second: SecondOfStream | undefined,
): Need[] {
  const { files, live } = facts;
  const flows: Flows = {
    files: files && ofDay && busiestSecond(ofDay, files),
    live: live && second && liveSecond(second, live),
    behind: files && ofDay ? (ofDay.bytes / 86_400) * catchUp : 0,
  };
  return [...lineNeeds(facts, flows), ...coreNeeds(facts, flows)];
}

function lineNeeds({ files, live, cluster }: PlanFacts, flows: Flows): Need[] {
  const copies = replicasOf(cluster).value;
  const { brokers } = cluster;
  const fileBytes = flows.files?.bytes ?? 0;
  const liveBytes = flows.live?.bytes ?? 0;
  const comes = fileBytes + liveBytes;
  const sinks = files?.downloaders ?? 0;
  const servers = live?.servers ?? 0;
  const goes = fileBytes * sinks + flows.behind + liveBytes * servers;
  const copied = comes * (copies - 1);
  const needs: Need[] = [
    {
      what: 'Network into each broker',
      value: (comes + copied) / brokers,
      unit: 'bytes/s',
      terms: `(${terms([fileBytes, 'files at the busiest'], [liveBytes, 'streams'], [copied, 'copies'])}) / ${brokers} brokers`,
      why: 'What is sent, and once more for each further copy.',
    },
    {
      what: 'Network out of each broker',
      value: (goes + copied) / brokers,
      unit: 'bytes/s',
      terms: `(${terms([fileBytes * sinks, `to sinks (${sinks})`], [flows.behind, 'one that was away, at five times the mean'], [liveBytes * servers, `to servers (${servers})`], [copied, 'copies'])}) / ${brokers} brokers`,
      why: 'Every sink reads all files, every server all streams; one receiver that catches up is planned for.',
    },
  ];
  if (files !== undefined && flows.files !== undefined) {
    needs.push({
      what: 'Network of an uploader',
      value: flows.files.bytes / files.uploaders,
      unit: 'bytes/s',
      terms: `${bytesText(flows.files.bytes)}/s / ${figure(files.uploaders)} uploaders`,
      why: 'Out, in the busiest hour; with less it takes longer than the hour, and nothing else.',
    });
  }
  if (live !== undefined) {
    const { bytes } = viewing(live.viewers / live.servers, live.bitRate / live.renditions, 'll-hls');
    needs.push({
      what: live.cached ? 'Network of the caches' : 'Network of a server',
      value: live.cached ? bytes * live.servers : bytes,
      unit: 'bytes/s',
      terms: `${figure(live.viewers)} viewers x ${bytesText(live.bitRate / live.renditions / 8)}/s${live.cached ? '' : ` / ${live.servers} servers`}, playlists included`,
      why: 'Out, to viewers of one rendition each.',
    });
  }
  return needs;
}

function coreNeeds({ files, live, cluster }: PlanFacts, flows: Flows): Need[] {
  const needs: Need[] = [];
  const why = 'Of a processor as the one that the costs were measured on (docs/capacity.md).';
  if (files !== undefined && flows.files !== undefined) {
    const { bytes, smallFiles } = flows.files;
    const what = `${bytesText(bytes)}/s, ${figure(smallFiles)} small files/s`;
    needs.push(
      {
        what: 'Processor of all uploaders',
        value: uploaderCpu(flows.files),
        unit: 'cores',
        terms: what,
        why,
      },
      { what: 'Processor of a sink', value: downloaderCpu(flows.files), unit: 'cores', terms: what, why },
    );
  }
  const copies = replicasOf(cluster).value;
  const sides = [
    [flows.files, files?.downloaders ?? 0],
    [flows.live, live?.servers ?? 0],
  ] as const;
  const all = sides.reduce(
    (sum, [moved, readers]) =>
      sum + (moved === undefined ? 0 : brokerCpu(moved, { copies, readers, seconds: 0 })),
    0,
  );
  const idle = brokerCpu({ bytes: 0, smallFiles: 0, records: 0 }, { copies, readers: 0, seconds: 1 });
  needs.push({
    what: 'Processor of each broker',
    value: all / cluster.brokers + idle,
    unit: 'cores',
    terms: `${figure(all)} cores for what comes, is copied and read / ${cluster.brokers} brokers + ${figure(idle)} of its own`,
    why,
  });
  if (live !== undefined) {
    const each = live.bitRate / live.renditions;
    const asked = live.cached
      ? throughCache(live, live.bitRate)
      : viewing(live.viewers / live.servers, each, 'll-hls');
    needs.push({
      what: 'Processor of a server',
      value: serverCpu(asked),
      unit: 'cores',
      terms: `${figure(asked.requests)} requests/s, ${bytesText(asked.bytes)}/s${live.cached ? ', whoever watches: the cache asks once' : ''}`,
      why: `${why} A server uses one: 0.7 is full.`,
    });
  }
  return needs;
}

function terms(...parts: readonly (readonly [bytes: number, of: string])[]): string {
  const told = parts.filter(([bytes]) => bytes > 0).map(([bytes, of]) => `${bytesText(bytes)}/s ${of}`);
  return told.length === 0 ? '0' : told.join(' + ');
}
