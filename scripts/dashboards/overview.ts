/** All of it at a glance. */
import { type Board, graph, inQuarter, now, perSecond, waiting } from './panel.ts';

const failures = ['upload', 'download'].map((verb) => inQuarter(`sluice_${verb}_failures_total`));

export const overview: Board = {
  name: 'sluice-overview',
  title: 'Sluice: overview',
  description: 'All processes of Sluice at a glance. What is odd here is to be seen on the other dashboards.',
  rows: [
    {
      title: 'Now',
      panels: [
        now('Processes', 'Processes that Prometheus gets figures of.', 'short', 'sum(up{$of})'),
        now(
          'Away',
          'Processes that give no figures: they have ended, hang, or cannot be reached.',
          'short',
          'count(up{$of} == 0) or vector(0)',
          { bad: 1 },
        ),
        now(
          'Alerts',
          'Alerts of deploy/prometheus/rules.yaml that fire. Each has a page in docs/runbooks.',
          'short',
          'count(ALERTS{alertname=~"Sluice.*",alertstate="firing"}) or vector(0)',
          { bad: 1 },
        ),
        now(
          'Files open',
          'Files that wait, or are under way, at all uploaders.',
          'short',
          'sum(sluice_upload_open_files{$of}) or vector(0)',
        ),
        now(
          'Streams',
          'Streams that publishers have on the air; those of ingest are counted too.',
          'short',
          '(count(sluice_publish_info{$of}) or vector(0)) + (sum(sluice_ingest_streams{$of,state="sending"}) or vector(0))',
        ),
        now(
          'Viewers',
          'Viewers of all streams at all servers, as far as requests tell.',
          'short',
          'sum(sluice_serve_viewers{$of}) or vector(0)',
        ),
      ],
    },
    {
      title: 'Files and streams',
      panels: [
        graph(
          'Bytes of files',
          'Bytes of files that were acknowledged, and that stand verified under their names. Both count a file when it is through: large ones make peaks.',
          'binBps',
          [
            [`sum(${perSecond('sluice_upload_bytes_total')})`, 'sent'],
            [`sum(${perSecond('sluice_download_bytes_total')})`, 'received'],
          ],
        ),
        graph(
          'Backlog',
          'Bytes of files that are still to be sent, and bytes on the topic that downloaders have not dealt with.',
          'bytes',
          [
            ['sum(sluice_upload_open_bytes{$of})', 'to be sent'],
            ['sum(sluice_download_lag_bytes{$of})', 'to be received'],
          ],
        ),
        graph(
          'What did not make it',
          'Files and records that failed within a quarter of an hour, by why.',
          'short',
          failures.map((one, index) => [
            `sum by (reason) (${one})`,
            `${index === 0 ? 'sending' : 'receiving'}: {{reason}}`,
          ]),
          { bad: 1 },
        ),
        graph(
          'Held up',
          '1 for what holds the work up, by where: Kafka, a disk, a source, a sink. It goes on by itself when that is back.',
          'bool_on_off',
          waiting.map((verb) => [`sluice_${verb}_waiting{$of} == 1`, `${verb} {{instance}}: {{on}}`]),
        ),
        graph(
          'Bit rates',
          'What each publisher and each stream of ingest makes, all renditions together.',
          'bps',
          [
            [
              'sluice_publish_bitrate{$of} * on (job, instance) group_left (stream) sluice_publish_info{$of}',
              '{{stream}}',
            ],
            ['sluice_ingest_stream_bitrate{$of}', '{{stream}}'],
          ],
        ),
        graph('Viewers', 'Viewers of each stream at all servers.', 'short', [
          ['sum by (stream) (sluice_serve_viewers{$of})', '{{stream}}'],
        ]),
      ],
    },
    {
      title: 'Processes',
      panels: [
        graph('Memory', 'Resident memory of each process.', 'bytes', [
          ['process_resident_memory_bytes{$of}', '{{instance}}'],
        ]),
        graph('Processor', 'Processors that each process keeps busy: 1 is one of them.', 'short', [
          [perSecond('process_cpu_seconds_total'), '{{instance}}'],
        ]),
        graph(
          'Event loop',
          'How late a process is with what it wanted to do at a time: of a hundred times the worst but one. Above 0.2 s it is overloaded.',
          's',
          [['nodejs_eventloop_lag_p99_seconds{$of}', '{{instance}}']],
          { bad: 0.2 },
        ),
      ],
    },
  ],
};
