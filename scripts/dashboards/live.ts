/** Live video, from senders to viewers. */
import { type Board, graph, inQuarter, perSecond, since } from './panel.ts';

const stream = (figure: string, verb: string) =>
  `${figure} * on (job, instance) group_left (stream) sluice_${verb}_info{$of}`;

export const live: Board = {
  name: 'sluice-live',
  title: 'Sluice: live video',
  description: 'Live video from senders to viewers: what comes, what Kafka takes, what viewers get.',
  rows: [
    {
      title: 'Senders',
      panels: [
        graph(
          'Streams of ingest',
          'Streams that have a sender, and that wait for one that was lost.',
          'short',
          [['sluice_ingest_streams{$of}', '{{instance}}: {{state}}']],
        ),
        graph(
          'Senders come and go',
          'Senders within a quarter of an hour that were let in, lost, or sent away.',
          'short',
          [
            [inQuarter('sluice_ingest_admitted_total'), '{{instance}}: let in'],
            [inQuarter('sluice_ingest_lost_total'), '{{instance}}: lost'],
            [inQuarter('sluice_ingest_dismissed_total'), '{{instance}}: sent away'],
            [inQuarter('sluice_ingest_take_overs_total'), '{{instance}}: taken over'],
          ],
        ),
        graph(
          'Senders refused',
          'Senders within a quarter of an hour that were not let in, by why.',
          'short',
          [[`sum by (instance, why) (${inQuarter('sluice_ingest_refused_total')})`, '{{instance}}: {{why}}']],
        ),
      ],
    },
    {
      title: 'Publishers',
      panels: [
        graph(
          'Bit rate',
          'What a publisher makes, all renditions together, and each stream of ingest.',
          'bps',
          [
            [stream('sluice_publish_bitrate{$of}', 'publish'), '{{stream}}'],
            ['sluice_ingest_stream_bitrate{$of}', '{{stream}}'],
          ],
        ),
        graph(
          'Acknowledged after',
          'From the last byte of a part out of the encoder to the acknowledgement of Kafka: the middle, and the worst of a hundred.',
          's',
          [['sluice_publish_acknowledged_seconds{$of}', '{{instance}}: {{quantile}}']],
        ),
        graph(
          'Since the last part',
          'Since Kafka took something last. Past half a minute viewers stand still.',
          's',
          [[stream(`(${since('sluice_publish_last_success_timestamp_seconds')})`, 'publish'), '{{stream}}']],
          { bad: 30 },
        ),
        graph(
          'Spool',
          'Share of --spool that waits to be handed to Kafka. At 1 segments become gaps.',
          'percentunit',
          [['sluice_publish_spooled_bytes{$of} / sluice_publish_spool_limit_bytes{$of}', '{{instance}}']],
          { bad: 0.5 },
        ),
        graph(
          'Restarts of the encoder',
          'Times within a quarter of an hour that the encoder failed and began anew: viewers see a cut.',
          'short',
          [[inQuarter('sluice_publish_encoder_restarts_total'), '{{instance}}']],
          { bad: 3 },
        ),
        graph(
          'Gaps',
          'Segments within a quarter of an hour that nobody has.',
          'short',
          ['publish', 'push', 'export', 'record', 'play'].map((verb) => [
            inQuarter(`sluice_${verb}_gaps_total`),
            `${verb} {{instance}}`,
          ]),
          { bad: 1 },
        ),
      ],
    },
    {
      title: 'Viewers',
      panels: [
        graph('Viewers', 'Viewers of each stream at each server, as far as requests tell.', 'short', [
          ['sluice_serve_viewers{$of}', '{{instance}}: {{stream}}'],
        ]),
        graph('Requests', 'Requests for live media, by what they asked for.', 'reqps', [
          [`sum by (kind) (${perSecond('sluice_serve_requests_total')})`, '{{kind}}'],
        ]),
        graph('Sent', 'Bytes of media and playlists handed to connections.', 'binBps', [
          [perSecond('sluice_serve_sent_bytes_total'), '{{instance}}'],
        ]),
        graph(
          'Parts come after',
          'From the end of a part, by the clock of its publisher, to its arrival at a server: half of them, and all but one of a hundred. Clocks that differ are in it.',
          's',
          [
            [
              `histogram_quantile(0.5, sum by (le, instance) (${perSecond('sluice_serve_part_delay_seconds_bucket')}))`,
              '{{instance}}: half',
            ],
            [
              `histogram_quantile(0.99, sum by (le, instance) (${perSecond('sluice_serve_part_delay_seconds_bucket')}))`,
              '{{instance}}: 99 %',
            ],
          ],
        ),
        graph(
          'Pictures that stand still',
          'Share of the time watched for which the picture stood still, as pages of viewers say every half minute.',
          'percentunit',
          [
            [
              `sum by (stream) (${inQuarter('sluice_serve_stalled_seconds_total')}) / sum by (stream) (${inQuarter('sluice_serve_watched_seconds_total')})`,
              '{{stream}}',
            ],
          ],
          { bad: 0.02 },
        ),
        graph(
          'Requests that wait',
          'Playlist requests that wait for a part: about one for each viewer of low-latency HLS.',
          'short',
          [['sluice_serve_held_requests{$of}', '{{instance}}: {{stream}}']],
        ),
        graph(
          'Moved on, refused',
          'Times a second that a viewer was too slow and was moved to a later keyframe, and requests without a token.',
          'ops',
          [
            [perSecond('sluice_serve_skips_total'), '{{instance}}: moved on'],
            [perSecond('sluice_serve_refused_total'), '{{instance}}: refused'],
          ],
        ),
        graph(
          'Memory of windows',
          'Media that each server holds of each stream, and older segments that viewers have gone back to.',
          'bytes',
          [
            ['sluice_serve_window_bytes{$of}', '{{instance}}: {{stream}}'],
            ['sluice_serve_archive_cache_bytes{$of}', '{{instance}}: older'],
          ],
        ),
      ],
    },
    {
      title: 'Elsewhere',
      panels: [
        graph(
          'Targets of live push',
          '1 while a platform takes the stream; targets by their number, in the order of --to.',
          'bool_on_off',
          [['sluice_push_connected{$of}', '{{instance}}: {{target}}']],
        ),
        graph('Pushed', 'What each platform takes.', 'binBps', [
          [perSecond('sluice_push_bytes_total'), '{{instance}}: {{target}}'],
        ]),
        graph(
          'Exported after',
          'From the last picture of the newest segment until playlists of the place named it.',
          's',
          [['sluice_export_delay_seconds{$of}', '{{instance}}']],
        ),
        graph(
          'Exported, recorded, played',
          'Bytes that are written to a place, a file, or a pipe.',
          'binBps',
          [
            [perSecond('sluice_export_bytes_total'), 'export {{instance}}'],
            [perSecond('sluice_record_bytes_total'), 'record {{instance}}'],
            [perSecond('sluice_play_bytes_total'), 'play {{instance}}'],
          ],
        ),
      ],
    },
  ],
};
