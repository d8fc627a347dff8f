/** What Prometheus is told of what comes in. */
import { counter, type Figure, gauge } from '../../figures/figure.ts';
import type { Board } from './board.ts';

/** `isAway`: whether Kafka cannot be reached; `spoolBytes`: what of a stream may wait for it. */
export function ingestFigures(board: Board, isAway: () => boolean, spoolBytes: number): readonly Figure[] {
  const inState = (state: string): number => board.streams.filter((one) => one.state === state).length;
  return [
    gauge(
      'sluice_ingest_streams',
      'Streams that have, or await, a sender',
      () => ['sending', 'waiting'].map((state) => [{ state }, inState(state)] as const),
      ['state'],
    ),
    gauge(
      'sluice_ingest_stand_bys',
      'Streams for which another sender stands by',
      () => board.streams.filter(({ standBy }) => standBy !== undefined).length,
    ),
    gauge(
      'sluice_ingest_stream_bitrate',
      'Bits a second of a stream that go to Kafka',
      () => board.streams.map(({ stream, bitrate }) => [{ stream }, bitrate] as const),
      ['stream'],
    ),
    gauge(
      'sluice_ingest_stream_last_success_timestamp_seconds',
      'When Kafka has acknowledged something last of a stream that has a sender, or the sender was let in',
      () =>
        board.streams
          .filter(({ state }) => state === 'sending')
          .map(({ stream, through }) => [{ stream }, through / 1000] as const),
      ['stream'],
    ),
    gauge(
      'sluice_ingest_stream_spooled_bytes',
      'Bytes of a stream that wait to be handed to Kafka',
      () => board.streams.map(({ stream, spooled }) => [{ stream }, spooled] as const),
      ['stream'],
    ),
    gauge(
      'sluice_ingest_spool_limit_bytes',
      'Past so many of a stream, segments become gaps',
      () => spoolBytes,
    ),
    gauge(
      'sluice_ingest_waiting',
      '1 for what holds the work up',
      () => [[{ on: 'kafka' }, Number(isAway())] as const],
      ['on'],
    ),
    counter('sluice_ingest_admitted_total', 'Senders that were let in', () => board.totals.admitted),
    counter('sluice_ingest_lost_total', 'Senders that were lost', () => board.totals.lost),
    counter(
      'sluice_ingest_take_overs_total',
      'Times that a stand-by has taken over',
      () => board.totals.takeOvers,
    ),
    counter('sluice_ingest_dismissed_total', 'Senders that were sent away', () => board.totals.dismissed),
    counter('sluice_ingest_failed_total', 'Streams that could not be published', () => board.totals.failed),
    counter(
      'sluice_ingest_refused_total',
      'Senders that were not let in, by why',
      () => Object.entries(board.totals.refused).map(([why, count]) => [{ why }, count] as const),
      ['why'],
    ),
  ];
}
