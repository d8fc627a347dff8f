/** The streams of a topic, by its claims and the index of its segments. */
import type { ConsumedRecord } from '../../kafka/contract.ts';
import { decodeClaim, type StreamClaim } from '../../records/live-claim.ts';
import { decodeIndexEntry } from '../../records/live-index.ts';
import type { StreamRow } from '../contract.ts';
import { LastPut } from './last-put.ts';
import { type HeardReport, isAlive, type ReportsTable, runFacts, streamIn } from './reports-table.ts';

/** Streams that are remembered: those that were heard of last. */
const mostStreams = 10_000;
/** Of a stream with a segment so young, its publisher lives whatever its claim says; milliseconds. */
const young = 30_000;

interface Segment {
  readonly at: number;
  /** Seconds. */
  readonly latency: number;
  readonly bitRate: number;
  readonly renditions: readonly string[];
}

interface Stream {
  claim?: StreamClaim & { readonly at: number; readonly heard: number };
  segment?: Segment;
  discontinuities: number;
  /** Of this programme. */
  readonly epochs: Set<number>;
}

/** Epochs of a programme that are counted: a publisher that is started anew without end is seen as such long before. */
const mostEpochs = 1000;

export class StreamsTable {
  readonly #streams = new LastPut<Stream>(mostStreams);

  clear(): void {
    this.#streams.clear();
  }

  /** Of `L.streams`; `heard`: when. Throws FormatError. */
  takeClaim(record: ConsumedRecord, heard: number): void {
    const claim = decodeClaim(record);
    if (claim === undefined) {
      this.#streams.delete(Buffer.from(record.key ?? []).toString());
      return;
    }
    const stream = this.#of(claim.stream);
    if (stream.claim?.began !== claim.began) stream.epochs.clear();
    noteEpoch(stream, claim.epoch);
    stream.discontinuities = Math.max(stream.discontinuities, claim.discontinuities);
    stream.claim = { ...claim, at: record.timestamp, heard };
  }

  /** Of `L.index`. Throws FormatError. */
  takeIndex(record: ConsumedRecord): void {
    const entry = decodeIndexEntry(record);
    const stream = this.#of(entry.stream);
    if (entry.kind !== 'segment') return;
    const seconds = entry.duration / entry.timescale;
    stream.discontinuities = Math.max(stream.discontinuities, entry.discontinuities);
    if (entry.captured / 1000 >= (stream.claim?.began ?? 0)) noteEpoch(stream, entry.epoch);
    if (entry.gap) return;
    const bytes = Object.values(entry.sizes).reduce((sum, size) => sum + size, 0);
    stream.segment = {
      at: record.timestamp,
      // From its last picture to when all of it stood there.
      latency: record.timestamp / 1000 - entry.captured / 1_000_000 - seconds,
      bitRate: seconds > 0 ? Math.round((bytes * 8) / seconds) : 0,
      renditions: Object.keys(entry.sizes),
    };
  }

  rows(reports: ReportsTable, now: number, watchUrl?: string): StreamRow[] {
    const alive = (kind: Parameters<ReportsTable['of']>[0]) =>
      reports.of(kind).filter((one) => isAlive(one, now));
    const publishers = [...alive('publisher'), ...alive('ingest')];
    const servers = alive('server');
    const names = [...this.#streams.entries()]
      .filter(([, { claim }]) => claim !== undefined)
      .map(([name]) => name);
    return names.toSorted().map((id) => {
      const stream = this.#streams.get(id)!;
      const told = publishers.filter((one) => streamIn(one, id) !== undefined);
      const publisher = told.toSorted((a, b) => b.heard - a.heard)[0];
      return rowOf(id, stream, { publisher, servers, now, watchUrl });
    });
  }

  #of(name: string): Stream {
    const stream: Stream = this.#streams.get(name) ?? { discontinuities: 0, epochs: new Set() };
    this.#streams.put(name, stream);
    return stream;
  }
}

function noteEpoch({ epochs }: Stream, epoch: number): void {
  if (epochs.size < mostEpochs) epochs.add(epoch);
}

/** The page of a server that has the stream, or else of any; without a slash at the end. */
function addressFor(id: string, servers: readonly HeardReport[]): string | undefined {
  const known = servers.filter(({ report: { url } }) => url !== undefined && URL.canParse(url));
  const server = known.find((one) => streamIn(one, id) !== undefined) ?? known[0];
  return server?.report.url?.replace(/\/+$/, '');
}

interface Around {
  readonly publisher: HeardReport | undefined;
  readonly servers: readonly HeardReport[];
  readonly now: number;
  readonly watchUrl: string | undefined;
}

function rowOf(id: string, stream: Stream, { publisher, servers, now, watchUrl }: Around): StreamRow {
  const { claim, segment, discontinuities, epochs } = stream;
  const told = publisher && streamIn(publisher, id);
  const lasts = claim?.lasts ?? 0;
  const isHeard = now < (claim?.heard ?? 0) + lasts || now - (segment?.at ?? 0) < young;
  const isOpen = claim?.state === 'live';
  const isLive = isOpen && (isHeard || publisher !== undefined);
  const silent = Math.round((now - Math.max(claim?.at ?? 0, segment?.at ?? 0)) / 1000);
  const lost = isOpen && !isLive ? [`its publisher has given no sign of life for ${silent} s`] : [];
  const fresh = isLive ? segment : undefined;
  const bitRate = told?.bitRate ?? fresh?.bitRate;
  const url = watchUrl ?? addressFor(id, servers);
  const viewers = servers.reduce((sum, one) => sum + (streamIn(one, id)?.viewers ?? 0), 0);
  const who = publisher === undefined ? undefined : runFacts(publisher);
  return {
    ...{ id, state: isLive ? 'live' : 'ended', began: claim?.began ?? 0 },
    ...(fresh === undefined ? {} : { latency: Math.max(0, fresh.latency) }),
    ...(isLive && bitRate !== undefined ? { bitRate } : {}),
    ...{ restarts: told?.restarts ?? Math.max(0, epochs.size - 1), discontinuities },
    ...(servers.length === 0 ? {} : { viewers }),
    renditions: segment?.renditions ?? told?.renditions ?? [],
    faults: [...(told?.faults ?? []), ...lost],
    publisher: who ?? {
      ...(claim?.host ? { host: claim.host } : {}),
      ...(claim?.pid === undefined ? {} : { pid: claim.pid }),
      seen: claim?.at ?? 0,
    },
    ...(url === undefined ? {} : { watch: `${url}/?stream=${id}` }),
  };
}
