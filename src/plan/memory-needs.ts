/** What a plan takes of memory, open files and connections. Pure. */
import { downloadDefaults, uploadDefaults } from '../files/shared/options.ts';
import { costs } from './costs.ts';
import type { Need, PlanFacts, PlannedTopic } from './facts.ts';
import { bytesText, figure } from './sizes.ts';

export function memoryNeeds({ files, live, cluster }: PlanFacts, topics: readonly PlannedTopic[]): Need[] {
  const needs: Need[] = [];
  if (files !== undefined) {
    const each = files.remembered / files.uploaders;
    const { memory, perFile } = costs.uploader;
    needs.push(
      {
        what: 'Memory of an uploader',
        value: memory + each * perFile,
        unit: 'bytes',
        terms: `${bytesText(memory)} (--buffer-bytes ${bytesText(uploadDefaults.bufferBytes)} included) + ${figure(each)} files x ${perFile} B`,
        why: 'It does not depend on the size of files, but on how many are remembered.',
      },
      {
        what: 'Memory of a downloader',
        value: costs.downloader.memory,
        unit: 'bytes',
        terms: `${bytesText(costs.downloader.memory)} (--buffer-bytes ${bytesText(downloadDefaults.bufferBytes)} included); over a long way up to 64 MiB more`,
        why: 'Frames that wait to be written, and 8 kB for each upload that is open.',
      },
    );
  }
  if (live !== undefined) {
    const { memory, perStream, perViewer } = costs.server;
    const viewers = live.cached ? 0 : live.viewers / live.servers;
    needs.push({
      what: 'Memory of a server',
      value: memory + live.streams * perStream + viewers * perViewer,
      unit: 'bytes',
      terms: `${bytesText(memory)} + ${figure(live.streams)} streams x ${bytesText(perStream)} + ${figure(viewers)} viewers x ${bytesText(perViewer)}`,
      why: 'The window of each stream, and connections.',
    });
  }
  return [...needs, ...brokerNeeds({ files, live, cluster }, topics)];
}

/** Segment, index and index of times. */
const filesOfSegment = 3;

function brokerNeeds({ files, live, cluster }: PlanFacts, topics: readonly PlannedTopic[]): Need[] {
  const segments = topics.reduce((sum, topic) => {
    const setting = (name: string): number => Number(topic.config[name]?.value ?? 0);
    const many = setting('retention.ms') === 0 ? 8 : setting('retention.ms') / setting('segment.ms') + 2;
    return sum + topic.partitions.value * topic.replicas.value * many;
  }, 0);
  const clients =
    (files === undefined ? 0 : files.uploaders * 2 + files.downloaders * files.members * 2) +
    (live === undefined ? 0 : live.streams * 2 + live.servers * 2);
  return [
    {
      what: 'Open files of each broker',
      value: (segments * filesOfSegment) / cluster.brokers + clients,
      unit: 'files',
      terms: `${figure(segments)} segments x ${filesOfSegment} / ${cluster.brokers} brokers + ${figure(clients)} connections`,
      why: 'LimitNOFILE has to be well above that, twice at least.',
    },
    {
      what: 'Connections to each broker',
      value: clients,
      unit: 'connections',
      terms: `2 for each of ${figure(clients / 2)} clients`,
      why: `A client has one or two to each broker; over long ways up to ${uploadDefaults.connections} (--connections).`,
    },
    {
      what: 'Memory of each broker',
      value: costs.broker.memory,
      unit: 'bytes',
      terms: `${bytesText(costs.broker.memory)} of heap; what is left of the machine is the page cache`,
      why: 'Readers that keep up are served of the page cache, and never of the disk.',
    },
  ];
}
