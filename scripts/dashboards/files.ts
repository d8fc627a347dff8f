/** Uploaders and downloaders. */
import { type Board, graph, inQuarter, type Panel, perSecond, since } from './panel.ts';

/** What both ends have. */
function ends(verb: 'upload' | 'download', done: string): readonly Panel[] {
  const name = (end: string) => `sluice_${verb}_${end}`;
  return [
    graph(
      'Bytes',
      `Bytes of files that were ${done}, beside what goes over the wire, before compression.`,
      'binBps',
      [
        [perSecond(name('bytes_total')), '{{instance}}: files'],
        [perSecond(name('wire_bytes_total')), '{{instance}}: wire'],
      ],
    ),
    graph('Files', `Files that were ${done}.`, 'ops', [[perSecond(name('files_total')), '{{instance}}']]),
    graph('Open files', 'Files that wait or are under way.', 'short', [
      [`${name('open_files')}{$of}`, '{{instance}}'],
    ]),
    graph('Open bytes', 'Bytes of open files that are still to go.', 'bytes', [
      [`${name('open_bytes')}{$of}`, '{{instance}}'],
    ]),
    graph(
      'Oldest open file',
      'How long the oldest open file has been known. It grows by a second a second while nothing comes through.',
      's',
      [[`${name('oldest_open_seconds')}{$of}`, '{{instance}}']],
      { bad: 1800 },
    ),
    graph(
      'Since the last file',
      'Since the last file was through. Where nothing is to be sent this is no fault.',
      's',
      [[since(name('last_success_timestamp_seconds')), '{{instance}}']],
    ),
    graph('Failures', 'What did not make it within a quarter of an hour, by why.', 'short', [
      [`sum by (instance, reason) (${inQuarter(name('failures_total'))})`, '{{instance}}: {{reason}}'],
    ]),
    graph('Parked', 'Files that did not make it so far; `sluice status` names them.', 'short', [
      [`${name('parked_files')}{$of}`, '{{instance}}'],
    ]),
  ];
}

export const files: Board = {
  name: 'sluice-files',
  title: 'Sluice: files',
  description:
    'Uploaders and downloaders: what goes, what waits, what does not make it, and how much time is left.',
  rows: [
    { title: 'Uploaders', panels: ends('upload', 'sent and acknowledged') },
    { title: 'Downloaders', panels: ends('download', 'verified and given their names') },
    {
      title: 'What downloaders have not dealt with, and until when',
      panels: [
        graph(
          'Lag',
          'Bytes on the topic that are not dealt with, by the size of what was read so far.',
          'bytes',
          [['sluice_download_lag_bytes{$of}', '{{instance}}']],
        ),
        graph(
          'Until retention overtakes',
          'Until retention.ms removes the oldest record that is not dealt with. Nothing is shown while there is none.',
          's',
          [['sluice_download_retention_left_seconds{$of}', '{{instance}}']],
          { below: 3600 },
        ),
        graph(
          'Headroom',
          'Records between the beginning of the log and what is not dealt with. 0: the next that goes is one that nobody has here.',
          'short',
          [['sluice_download_headroom_records{$of}', '{{instance}}']],
        ),
        graph(
          'Free at the sink',
          'Share of the file system of the sink that is free. Of a store that is no folder nothing is known.',
          'percentunit',
          [['sluice_download_sink_free_bytes{$of} / sluice_download_sink_size_bytes{$of}', '{{instance}}']],
          { below: 0.1 },
        ),
      ],
    },
  ],
};
