/** A plan for topics and what carries them, from what is to go through. Pure. */
import { mostCopies, replicasOf } from './common.ts';
import type { Need, Plan, PlanFacts, PlannedSetting, PlannedTopic } from './facts.ts';
import { type DayOfFiles, dayOf } from './file-records.ts';
import { filesTopics, partitionsByRate } from './files-topics.ts';
import { flowNeeds } from './flow-needs.ts';
import { secondOf } from './live-records.ts';
import { liveTopics } from './live-topics.ts';
import { memoryNeeds } from './memory-needs.ts';
import { mustStandTogether } from './names.ts';
import { quotasOf } from './quotas.ts';
import { bytesText, figure, timeText } from './sizes.ts';
import { diskNeeds, liveNeeds } from './storage-needs.ts';

/** Throws ConfigurationError where Kafka would not have its topics. */
export function makePlan(facts: PlanFacts): Plan {
  const { files, live, cluster } = facts;
  const ofDay = files && dayOf(files);
  const second = live && secondOf(live);
  const ofLive = live && second ? liveTopics(live, cluster, second) : [];
  const besides = live && second ? liveNeeds(live, second, ofLive, replicasOf(cluster).value) : [];
  const sum = besides.reduce((total, { value }) => total + value, 0);
  const topics = [...(files && ofDay ? filesTopics(files, cluster, ofDay, sum) : []), ...ofLive];
  mustStandTogether(topics);
  const needs = [
    ...diskNeeds(facts, ofDay, second, topics),
    ...flowNeeds(facts, ofDay, second),
    ...memoryNeeds(facts, topics),
  ];
  const quotas = quotasOf(facts);
  return {
    topics,
    brokers: brokerSettings(facts),
    quotas,
    needs,
    warnings: warnings(facts, ofDay, needs, topics),
  };
}

function brokerSettings({ files, live, cluster }: PlanFacts): PlannedSetting[] {
  const { value: replicas } = replicasOf(cluster);
  const settings: PlannedSetting[] = [
    {
      name: 'default.replication.factor',
      value: String(replicas),
      why: 'Topics that Sluice makes by itself have what the cluster has by default.',
    },
    {
      name: 'auto.create.topics.enable',
      value: 'false',
      why: 'A name that is mistyped must not become a topic with other settings.',
    },
  ];
  if (files !== undefined) {
    const week = 7 * 24 * 60;
    const minutes = Math.max(week, Math.ceil((2 * files.away) / 60_000));
    settings.push({
      name: 'offsets.retention.minutes',
      value: String(minutes),
      why: `Positions of receivers that are away: ${minutes === week ? "Kafka's own week is" : `twice ${timeText(files.away)} is`} enough; without theirs they would read all again.`,
    });
  }
  if (live !== undefined) {
    settings.push({
      name: 'replica.fetch.max.bytes',
      value: String(8 * 1024 * 1024),
      why: 'Records of live video are larger than the usual 1 MiB; followers take them in one piece then.',
    });
  }
  return settings;
}

function warnings(
  { files, live, cluster }: PlanFacts,
  ofDay: DayOfFiles | undefined,
  needs: readonly Need[],
  topics: readonly PlannedTopic[],
): string[] {
  const found: string[] = [];
  const need = (what: string): number => needs.find((one) => one.what === what)?.value ?? 0;
  for (const what of ['Network into each broker', 'Network out of each broker']) {
    const value = need(what);
    if (value > 0.7 * cluster.line)
      found.push(
        `${what}: ${bytesText(value)}/s is more than 70 % of its line (${bytesText(cluster.line)}/s); more brokers, or a faster line`,
      );
  }
  const disk = need('Disk of each broker');
  if (cluster.disk !== undefined && disk > cluster.disk)
    found.push(
      `the disks are too small: ${bytesText(disk)} a broker are needed, ${bytesText(cluster.disk)} are there; more brokers or disks, or a shorter --away`,
    );
  if (cluster.brokers < 3)
    found.push(
      'with fewer than three brokers nothing is written while one is away, or what is on its disk is lost with it',
    );
  if (files !== undefined && ofDay !== undefined) {
    const { value: partitions } = topics[0]!.partitions;
    if (files.members > partitions)
      found.push(`${files.members} members share ${partitions} partitions: some have nothing to do`);
    const { count } = partitionsByRate(files, ofDay);
    if (count > partitions)
      found.push(
        `${figure(count)} partitions would be needed for files at the busiest, and ${figure(partitions)} are what ${cluster.brokers} brokers carry (${figure(mostCopies)} copies each) and Kafka makes at once: more brokers, or several topics`,
      );
    const hour = ((ofDay.smallFiles / 24) * files.peak) / 3600;
    if (hour > 3000)
      found.push(
        `${figure(hour)} small files a second are more than one downloader writes durably; members of a group share them (--members)`,
      );
  }
  if (live !== undefined) {
    const cores = need('Processor of a server');
    if (cores > 0.7)
      found.push(
        `a server would need ${figure(cores)} cores and uses one: more servers, or a cache before them (--cached)`,
      );
  }
  return found;
}
