/** What a Deployment, a StatefulSet and a DaemonSet do when their template has changed: by the chart's own strategy. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Workload } from '../chart/pods.ts';
import { type End, type Place, Pod } from './pod.ts';

export interface Rollout {
  readonly kind: string;
  readonly name: string;
  readonly seconds: number;
  readonly ends: readonly End[];
}

export class Controller {
  readonly workload: Workload;
  readonly #placeOf: (index: number, generation: number) => Place;
  readonly #count: number;
  readonly #onFault: (fault: string) => void;
  #pods: Pod[] = [];
  #generation = 0;

  constructor(
    workload: Workload,
    count: number,
    placeOf: (index: number, generation: number) => Place,
    onFault: (fault: string) => void,
  ) {
    this.workload = workload;
    this.#count = count;
    this.#placeOf = placeOf;
    this.#onFault = onFault;
  }

  get pods(): readonly Pod[] {
    return this.#pods;
  }

  /** Resolves when all pods are ready. */
  async start(): Promise<void> {
    for (let index = 0; index < this.#count; index += 1) {
      this.#pods.push(await this.#begin(index));
      // Starting costs more than running: not all nodes at once, on one machine.
      if (index % 4 === 3) await Promise.all(this.#pods.map((pod) => isReady(pod)));
    }
    await Promise.all(this.#pods.map((pod) => isReady(pod)));
  }

  async #begin(index: number): Promise<Pod> {
    const pod = new Pod(
      this.workload.spec.template.spec,
      this.#placeOf(index, this.#generation),
      this.#onFault,
    );
    await pod.start();
    return pod;
  }

  /** Replaces all pods. */
  async roll(): Promise<Rollout> {
    const begun = performance.now();
    this.#generation += 1;
    const { kind, metadata } = this.workload;
    const isSurging = kind === 'Deployment' && this.workload.spec.strategy?.type !== 'Recreate';
    const ends = isSurging ? await this.#surge() : await this.#oneForOne();
    return { kind, name: metadata.name, seconds: (performance.now() - begun) / 1000, ends };
  }

  /** A Deployment with room for more: new ones first, old ones once as many are ready as there have to be. */
  async #surge(): Promise<End[]> {
    const { maxSurge = '25%', maxUnavailable = '25%' } = this.workload.spec.strategy?.rollingUpdate ?? {};
    const most = this.#count + share(maxSurge, this.#count, Math.ceil);
    const least = this.#count - share(maxUnavailable, this.#count, Math.floor);
    let old = [...this.#pods];
    const fresh: Pod[] = [];
    const leaving: Promise<End>[] = [];
    const ends: End[] = [];
    while (old.length > 0) {
      while (fresh.length < this.#count && old.length + fresh.length < most)
        fresh.push(await this.#begin(fresh.length));
      await Promise.all(fresh.map((pod) => isReady(pod)));
      const spare = old.length + fresh.length - least;
      const going = old.slice(0, Math.max(1, spare));
      old = old.slice(going.length);
      // The next ones need not wait until these have gone: Deployments do not.
      leaving.push(...going.map((pod) => pod.delete()));
    }
    while (fresh.length < this.#count) fresh.push(await this.#begin(fresh.length));
    await Promise.all(fresh.map((pod) => isReady(pod)));
    ends.push(...(await Promise.all(leaving)));
    this.#pods = fresh;
    return ends;
  }

  /** The next begins when the one before has gone. Of a StatefulSet the last first, of a DaemonSet some at a time; a Deployment that recreates has one. */
  async #oneForOne(): Promise<End[]> {
    const { kind, spec } = this.workload;
    const { maxUnavailable = 1 } = spec.updateStrategy?.rollingUpdate ?? {};
    const atOnce = kind === 'DaemonSet' ? Math.max(1, share(maxUnavailable, this.#count, Math.ceil)) : 1;
    const order = [...this.#pods.keys()].reverse();
    const ends: End[] = [];
    const replace = async (): Promise<void> => {
      for (let index = order.shift(); index !== undefined; index = order.shift()) {
        ends.push(await this.#pods[index]!.delete());
        const next = await this.#begin(index);
        this.#pods[index] = next;
        await isReady(next);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, replace));
    return ends;
  }

  async stop(): Promise<readonly End[]> {
    return Promise.all(this.#pods.map((pod) => pod.delete()));
  }

  kill(): void {
    for (const pod of this.#pods) pod.kill();
  }
}

/** Longer than a busy machine takes. */
const patience = 120_000;

async function isReady(pod: Pod): Promise<void> {
  const late = new AbortController();
  const never = delay(patience, undefined, { signal: late.signal }).then(() => {
    throw new Error(`${pod.place.name} does not become ready: ${pod.output.slice(-400)}`);
  });
  try {
    await Promise.race([pod.ready, never]);
  } finally {
    late.abort();
    never.catch(() => {});
  }
}

function share(value: number | string, of: number, round: (value: number) => number): number {
  return typeof value === 'number' ? value : round((Number.parseInt(value, 10) / 100) * of);
}
