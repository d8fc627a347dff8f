/** The way through Kafka, as its clients see it. Brokers have exporters of their own. */
import { type Board, graph, inQuarter, perSecond, waiting } from './panel.ts';

export const kafka: Board = {
  name: 'sluice-kafka',
  title: 'Sluice: the path through Kafka',
  description:
    'What goes to Kafka and comes from it, as Sluice sees it. What brokers say of themselves is for their own exporters.',
  rows: [
    {
      title: 'To Kafka',
      panels: [
        graph('Records of files', 'Records that uploaders send, sent again included.', 'ops', [
          [perSecond('sluice_upload_records_total'), '{{instance}}'],
        ]),
        graph('Bytes of files', 'Bytes of these records, before compression.', 'binBps', [
          [perSecond('sluice_upload_wire_bytes_total'), '{{instance}}'],
        ]),
        graph('Parts of streams', 'Parts that Kafka has acknowledged.', 'ops', [
          [perSecond('sluice_publish_parts_total'), '{{instance}}'],
        ]),
        graph(
          'Acknowledged after',
          'From a part out of the encoder to its acknowledgement: what the brokers, their replicas and the line take.',
          's',
          [['sluice_publish_acknowledged_seconds{$of}', '{{instance}}: {{quantile}}']],
          { bad: 1 },
        ),
        graph(
          'On the way',
          'Bytes of streams that are not acknowledged, and that wait to be handed to Kafka.',
          'bytes',
          [
            ['sluice_publish_in_flight_bytes{$of}', '{{instance}}: on the way'],
            ['sluice_publish_spooled_bytes{$of}', '{{instance}}: waiting'],
          ],
        ),
        graph(
          'Sent for nothing',
          'Bytes over the wire for each byte of a file that was acknowledged, within a quarter of an hour. Below 1: files were taken from versions before, or only packed. Far above: sent again and again.',
          'short',
          [
            [
              `sum by (instance) (${inQuarter('sluice_upload_wire_bytes_total')}) / (sum by (instance) (${inQuarter('sluice_upload_bytes_total')}) > 0)`,
              '{{instance}}',
            ],
          ],
        ),
      ],
    },
    {
      title: 'From Kafka',
      panels: [
        graph('Records of files', 'Records that downloaders fetch, fetched again included.', 'ops', [
          [perSecond('sluice_download_records_total'), '{{instance}}'],
        ]),
        graph('Bytes of files', 'Bytes of these records, before compression.', 'binBps', [
          [perSecond('sluice_download_wire_bytes_total'), '{{instance}}'],
        ]),
        graph('Lag', 'Records of the topic that are not dealt with.', 'short', [
          ['sluice_download_lag_records{$of}', '{{instance}}'],
        ]),
        graph(
          'Headroom',
          'Records between the beginning of the log and what is not dealt with, of the partition that has least.',
          'short',
          [['sluice_download_headroom_records{$of}', '{{instance}}']],
        ),
        graph(
          'Until retention overtakes',
          'Until retention.ms removes the oldest record that is not dealt with.',
          's',
          [['sluice_download_retention_left_seconds{$of}', '{{instance}}']],
          { below: 3600 },
        ),
        graph(
          'Parts come after',
          'From the end of a part to its arrival at a server: the whole path of a stream, clocks that differ included.',
          's',
          [
            [
              `histogram_quantile(0.99, sum by (le, instance) (${perSecond('sluice_serve_part_delay_seconds_bucket')}))`,
              '{{instance}}: 99 %',
            ],
          ],
        ),
      ],
    },
    {
      title: 'Trouble',
      panels: [
        graph(
          'Kafka is away',
          '1 while a process cannot reach its brokers.',
          'bool_on_off',
          waiting.map((verb) => [`sluice_${verb}_waiting{$of,on="kafka"}`, `${verb} {{instance}}`]),
        ),
        graph(
          'Records refused or lost',
          'Records within a quarter of an hour that are damaged, or that retention took before a downloader had them.',
          'short',
          [
            [
              `sum by (instance, reason) (${inQuarter('sluice_download_failures_total', ',reason=~"refused-record|lost|missing-data|conflicting-data"')})`,
              '{{instance}}: {{reason}}',
            ],
            [inQuarter('sluice_serve_records_passed_over_total'), 'serve {{instance}}'],
          ],
          { bad: 1 },
        ),
      ],
    },
  ],
};
