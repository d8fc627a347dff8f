/** Plays a plan: does what its steps say, looks at the sink after each, lets everything come to rest, and judges. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Administrator } from '../support/administrator.ts';
import { Cleanup } from '../support/cleanup.ts';
import { uniqueTopic } from '../support/unique.ts';
import type { Disks } from './disks.ts';
import { judgeAgain, judgeArrived, judgeEnd, judgeNames } from './judge.ts';
import { operate } from './operate.ts';
import type { ClusterStep, Plan, ProcessStep, SinkStep, Step, Who } from './plan.ts';
import { Processes } from './processes.ts';
import { Stage } from './stage.ts';
import type { Way } from './way.ts';

export interface Theatre {
  /** An existing folder for everything that stands on a disk. */
  readonly folder: string;
  readonly way: Way;
  readonly administrator: Administrator;
  readonly disks: Disks;
  readonly refusing: string;
}

/** What is wrong; nothing where all promises were kept. */
export interface Verdict {
  readonly violations: readonly string[];
  readonly seconds: number;
}

export async function play(plan: Plan, theatre: Theatre): Promise<Verdict> {
  const started = performance.now();
  const cleanup = new Cleanup();
  try {
    const violations = await new Play(plan, theatre, cleanup).run();
    return { violations, seconds: (performance.now() - started) / 1000 };
  } finally {
    await cleanup.run();
  }
}

/** Milliseconds in which all is to arrive once nothing is in the way: names that could not be written are tried again once a minute. */
const longestWay = 150_000;
const lookEvery = 100;

const everybody = ['uploader', 'downloader'] as const satisfies readonly Who[];

class Play {
  readonly #plan: Plan;
  readonly #theatre: Theatre;
  readonly #cleanup: Cleanup;
  readonly #topic = uniqueTopic('crash');

  constructor(plan: Plan, theatre: Theatre, cleanup: Cleanup) {
    this.#plan = plan;
    this.#theatre = theatre;
    this.#cleanup = cleanup;
  }

  async run(): Promise<string[]> {
    const { administrator, way } = this.#theatre;
    const stage = await Stage.open(this.#plan, this.#theatre, this.#cleanup);
    const processes = new Processes({ plan: this.#plan, topic: this.#topic, stage, way });
    this.#cleanup.after(async () => {
      await processes.killAll();
      for (const who of everybody) way.spoil(who, 'heal');
      for (const topic of [this.#topic, `${this.#topic}.state`])
        await administrator.deleteTopic(topic).catch(() => {});
    });
    for (const [index, step] of this.#plan.steps.entries()) {
      await this.#take(step, stage, processes);
      const faults = [
        ...processes.takeFaults(),
        ...stage.faultsOutside(),
        ...judgeNames(stage.model, stage.uploader, stage.tree()),
      ];
      if (faults.length > 0) return faults.map((fault) => `after step ${index + 1} (${step.do}): ${fault}`);
    }
    return this.#rest(stage, processes);
  }

  /** Takes all faults away but those that are to stay, and lets both processes come to their ends, twice. */
  async #rest(stage: Stage, processes: Processes): Promise<string[]> {
    for (const who of everybody) this.#theatre.way.spoil(who, 'heal');
    if (this.#plan.isMended) await stage.mend();
    const late = this.#plan.isWatched ? await this.#watch(stage, processes) : [];
    await processes.endAll(this.#plan.last);
    if (late.length > 0) return late.map((fault) => `while both were running: ${fault}`);
    const up = await processes.runOnce('uploader');
    const down = await processes.runOnce('downloader');
    const first = stage.evidence(up, down);
    const faults = [
      ...processes.takeFaults(),
      ...stage.faultsOutside(),
      ...judgeNames(stage.model, stage.uploader, first.tree),
      ...judgeEnd(first),
    ];
    if (faults.length > 0 || !this.#plan.isRepeated) return faults.map((fault) => `in the end: ${fault}`);
    const again = await Promise.all([processes.runOnce('uploader'), processes.runOnce('downloader')]);
    const last = [...judgeAgain(first, stage.evidence(...again)), ...processes.takeFaults()];
    return last.map((fault) => `in the end, once more: ${fault}`);
  }

  /** Whatever happened before, both go on by themselves. */
  async #watch(stage: Stage, processes: Processes): Promise<string[]> {
    for (const who of everybody) await processes.watch(who);
    const until = performance.now() + longestWay;
    for (let late = judgeArrived(stage.scene()); late.length > 0; late = judgeArrived(stage.scene())) {
      if (processes.areOver || performance.now() > until) return [...late, ...processes.takeFaults()];
      await delay(lookEvery);
    }
    return [];
  }

  async #take(step: Step, stage: Stage, processes: Processes): Promise<void> {
    if (isOfProcess(step)) return processes.take(step);
    if (isOfCluster(step)) return this.#spoil(step, processes);
    if (isOfSink(step)) return this.#atSink(step, stage, processes);
    return operate(stage, step);
  }

  async #spoil(step: ClusterStep, processes: Processes): Promise<void> {
    const { way } = this.#theatre;
    const [node] = way.broker.nodes;
    if (step.do === 'network') way.spoil(step.who, step.fault);
    else if (step.do === 'forget-state') {
      await processes.kill('uploader');
      await this.#theatre.administrator.deleteTopic(`${this.#topic}.state`).catch(() => {});
    } else if (step.do === 'kill-broker') {
      await node?.kill();
      await node?.start();
    } else {
      await node?.kill('SIGSTOP');
      await delay(step.milliseconds);
      await node?.kill('SIGCONT');
    }
  }

  async #atSink(step: SinkStep, stage: Stage, processes: Processes): Promise<void> {
    if (step.do === 'mend-target') return stage.mend();
    if (!('live' in step && step.live)) await processes.kill('downloader');
    switch (step.do) {
      case 'copy-sink':
        return stage.moveOn();
      case 'save-sink':
        return stage.save(step.live);
      case 'restore-sink':
        return stage.restore();
      case 'forget-sink':
        return stage.forget();
      case 'forget-group':
        return this.#theatre.administrator.deleteGroups(`sluice-${processes.downloader}-`);
    }
  }
}

function isOfProcess(step: Step): step is ProcessStep {
  return ['start', 'signal', 'wait'].includes(step.do);
}

function isOfCluster(step: Step): step is ClusterStep {
  return ['network', 'kill-broker', 'stop-broker', 'forget-state'].includes(step.do);
}

function isOfSink(step: Step): step is SinkStep {
  return ['copy-sink', 'save-sink', 'restore-sink', 'forget-sink', 'forget-group', 'mend-target'].includes(
    step.do,
  );
}

/** True for a plan that needs a broker which nobody else uses. */
export function needsOwnBroker({ steps }: Plan): boolean {
  return steps.some((step) => step.do === 'kill-broker' || step.do === 'stop-broker');
}
