/** A pod as a process: started with the chart's words, asked by its probes, and ended as a kubelet does it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../src/broker/ports.ts';
import type { Container, PodSpec, Probe } from '../chart/pods.ts';
import type { Service } from './service.ts';

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** Where a pod is, and what is mounted there. */
export interface Place {
  readonly name: string;
  readonly node: string;
  /** By the path in the container: the folder here. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Services by the name of the port that they lead to. */
  readonly services: Readonly<Record<string, Service>>;
  /** For what the process may write. */
  readonly scratch: string;
}

/** How a pod ended. */
export interface End {
  readonly pod: string;
  /** Seconds from SIGTERM to the end. */
  readonly seconds: number;
  /** Seconds from SIGTERM that it had. */
  readonly grace: number;
  readonly code: number | null;
  readonly isKilled: boolean;
}

const taken = new Set<number>();

export class Pod {
  readonly place: Place;
  readonly #spec: PodSpec;
  readonly #ports = new Map<string, number>();
  readonly #onFault: (fault: string) => void;
  readonly #stopProbes = new AbortController();
  readonly #firstReady = Promise.withResolvers<void>();
  #child: ChildProcess | undefined;
  #exit: Promise<number | null> | undefined;
  #isReady = false;
  #isTerminating = false;
  output = '';

  constructor(spec: PodSpec, place: Place, onFault: (fault: string) => void) {
    this.#spec = spec;
    this.place = place;
    this.#onFault = onFault;
  }

  get #container(): Container {
    return this.#spec.containers[0];
  }

  get isReady(): boolean {
    return this.#isReady && !this.#isTerminating;
  }

  /** Resolves when it is ready for the first time. */
  get ready(): Promise<void> {
    return this.#firstReady.promise;
  }

  async start(): Promise<void> {
    for (const { name } of this.#container.ports) {
      const port = await freePort('127.0.0.1', taken);
      taken.add(port);
      this.#ports.set(name, port);
    }
    await mkdir(this.place.scratch, { recursive: true });
    this.#run();
    void this.#probe();
  }

  #run(): void {
    const env = { ...process.env, ...this.#environment(), TMPDIR: this.place.scratch };
    const child = spawn(process.execPath, [main, ...this.#words()], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-20_000);
      });
    this.#child = child;
    this.#exit = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
    void this.#exit.then(async (code) => {
      if (this.#isTerminating) return;
      this.#setReady(false);
      this.#onFault(`${this.place.name} has ended by itself (${code}): ${this.output.slice(-400)}`);
      await delay(1000);
      if (!this.#isTerminating) this.#run();
    });
  }

  /** What stands in the chart: mounts are folders of this machine, and ports those that are free. */
  #words(): readonly string[] {
    const { args, ports } = this.#container;
    return args.map((word, index) => {
      const before = args[index - 1] ?? '';
      const port = /^--(?:[a-z]+-)?port$/.test(before)
        ? ports.find(({ containerPort }) => String(containerPort) === word)
        : undefined;
      if (port !== undefined) return String(this.#ports.get(port.name));
      return this.place.mounts[word] ?? word;
    });
  }

  #environment(): Readonly<Record<string, string>> {
    const fields: Readonly<Record<string, string>> = {
      'metadata.name': this.place.name,
      'spec.nodeName': this.place.node,
    };
    return Object.fromEntries(
      (this.#container.env ?? []).map(({ name, value, valueFrom }) => [
        name,
        value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''] ?? '',
      ]),
    );
  }

  async #probe(): Promise<void> {
    const { startupProbe, livenessProbe, readinessProbe } = this.#container;
    const { signal } = this.#stopProbes;
    try {
      for (let failed = 0; !(await this.#ask(startupProbe)); failed += 1) {
        if (failed === startupProbe.failureThreshold) this.#onFault(`${this.place.name} does not start`);
        await delay(startupProbe.periodSeconds * 1000, undefined, { signal });
      }
      await Promise.all([
        this.#follow(readinessProbe, (isGood) => this.#setReady(isGood)),
        this.#follow(livenessProbe, (isGood) => {
          if (!isGood) this.#onFault(`${this.place.name} would be restarted: it does not answer`);
        }),
      ]);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #follow(probe: Probe, told: (isGood: boolean) => void): Promise<void> {
    const { signal } = this.#stopProbes;
    for (let failed = 0; ; ) {
      const isGood = await this.#ask(probe);
      signal.throwIfAborted();
      failed = isGood ? 0 : failed + 1;
      if (isGood || failed >= (probe.failureThreshold ?? 3)) told(isGood);
      await delay(probe.periodSeconds * 1000, undefined, { signal });
    }
  }

  async #ask({ httpGet }: Probe): Promise<boolean> {
    const url = `http://127.0.0.1:${this.#ports.get(httpGet.port)}${httpGet.path}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    await response?.body?.cancel();
    return response?.ok === true;
  }

  #setReady(isReady: boolean): void {
    if (isReady === this.#isReady) return;
    this.#isReady = isReady;
    if (!this.#isTerminating) this.#tellServices(isReady);
    if (isReady) this.#firstReady.resolve();
  }

  #tellServices(isThere: boolean): void {
    for (const [name, service] of Object.entries(this.place.services))
      service.tell(this, isThere ? this.#ports.get(name) : undefined);
  }

  /** As `kubectl delete pod`: out of its Services, preStop, SIGTERM, and SIGKILL when its time is over. */
  async delete(): Promise<End> {
    this.#isTerminating = true;
    this.#tellServices(false);
    this.#stopProbes.abort();
    const waits = this.#container.lifecycle?.preStop.sleep.seconds ?? 0;
    const grace = this.#spec.terminationGracePeriodSeconds - waits;
    await delay(waits * 1000);
    const begun = performance.now();
    this.#child?.kill('SIGTERM');
    let isKilled = false;
    const killed = setTimeout(() => {
      isKilled = true;
      this.#child?.kill('SIGKILL');
    }, grace * 1000);
    const code = (await this.#exit) ?? null;
    clearTimeout(killed);
    const end = { pod: this.place.name, seconds: (performance.now() - begun) / 1000, grace, code, isKilled };
    if (isKilled) this.#onFault(`${end.pod} was killed after ${grace} s: ${this.output.slice(-400)}`);
    else if (code !== 0 && code !== 130)
      this.#onFault(`${end.pod} ended with ${code}: ${this.output.slice(-400)}`);
    return end;
  }

  kill(): void {
    this.#isTerminating = true;
    this.#stopProbes.abort();
    this.#child?.kill('SIGKILL');
  }
}

/** A place of a pod whose scratch folder is its own. */
export function placeOf(folder: string, name: string, rest: Omit<Place, 'name' | 'scratch'>): Place {
  return { ...rest, name, scratch: join(folder, name) };
}
