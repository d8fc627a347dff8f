/** One node of the embedded cluster: a Java process that can be killed and started again. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SluiceError } from '../errors.ts';
import { type JvmOptions, javaCommand, type Lifetime, startProcess } from './jvm.ts';
import { startedLine } from './log4j.ts';

/** How long a node may take to serve; a healthy one needs a few seconds, on a loaded machine some more. */
const startLimit = 90_000;
/** How long a clean stop may take before the node is killed. */
const stopLimit = 20_000;

/** How Java ends after it has finished its work upon SIGTERM. */
const orderlyExit = 128 + 15;

export interface NodeOptions {
  readonly id: number;
  /** Of the listener PLAINTEXT. */
  readonly port: number;
  readonly jvm: JvmOptions;
  readonly lifetime: Lifetime;
  readonly signal: AbortSignal | undefined;
}

/** A node as its users see it. */
export interface BrokerNode {
  readonly id: number;
  readonly port: number;
  /** Undefined while it is down. */
  readonly pid: number | undefined;
  /** True when it went by SIGTERM, its own orderly way; false when it was killed or failed. Undefined before it has gone. */
  readonly wentOrderly: boolean | undefined;
  /** Sends a signal, SIGKILL by default; resolves once the process is gone (at once for SIGSTOP and SIGCONT). */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it (again) on the same port and data; resolves once it serves. */
  start(): Promise<void>;
  /** SIGTERM, and SIGKILL when it does not go; resolves once it is gone. */
  stop(): Promise<void>;
}

/** A port that was free a moment ago has been taken by somebody else before Kafka could listen there. */
export class PortTakenError extends SluiceError {
  override name = 'PortTakenError';
}

/** @see BrokerNode */
export class KafkaNode implements BrokerNode {
  readonly #options: NodeOptions;
  #child: ChildProcess | undefined;
  #gone: Promise<void> = Promise.resolve();
  #wentOrderly: boolean | undefined;

  constructor(options: NodeOptions) {
    this.#options = options;
  }

  get id(): number {
    return this.#options.id;
  }

  get port(): number {
    return this.#options.port;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get wentOrderly(): boolean | undefined {
    return this.#wentOrderly;
  }

  /** What the process has said: that it started, or why it could not. */
  get #outputFile(): string {
    return join(this.#options.jvm.folder, 'output.log');
  }

  async start(): Promise<void> {
    if (this.#child) return;
    const { jvm, lifetime, signal } = this.#options;
    const command = javaCommand(jvm, 'kafka.Kafka', [join(jvm.folder, 'server.properties')]);
    const child = startProcess(command, this.#outputFile, lifetime);
    this.#child = child;
    this.#gone = new Promise((resolve, reject) => {
      child.once('error', (cause) => {
        this.#child = undefined;
        reject(new SluiceError(`Java could not be started: ${cause.message}`, { cause }));
      });
      child.once('exit', (code) => {
        this.#child = undefined;
        this.#wentOrderly = code === orderlyExit;
        resolve();
      });
    });
    this.#gone.catch(() => {});
    const limit = AbortSignal.timeout(startLimit);
    try {
      await this.#served(signal ? AbortSignal.any([signal, limit]) : limit);
    } catch (error) {
      await this.kill();
      throw limit.aborted ? this.#failure(`did not start within ${startLimit / 1000} s`) : error;
    }
  }

  async #served(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      if (readFileSync(this.#outputFile, 'utf8').includes(startedLine)) return;
      if (!this.#child) {
        await this.#gone;
        throw this.#failure('stopped while it was starting');
      }
      await delay(25);
    }
  }

  #failure(what: string): SluiceError {
    const said = readFileSync(this.#outputFile, 'utf8');
    const words = said.trim().split('\n').slice(-8).join('\n');
    const Failure = said.includes('Address already in use') ? PortTakenError : SluiceError;
    return new Failure(
      `Kafka's node ${this.id} ${what}. Its last words:\n${words}\nAll it said stands in ${this.#options.jvm.folder}.`,
    );
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.#child) return;
    this.#child.ref();
    this.#child.kill(signal);
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') return;
    await this.#gone;
  }

  async stop(): Promise<void> {
    if (!this.#child) return;
    const killer = setTimeout(() => this.#child?.kill('SIGKILL'), stopLimit);
    this.#child.kill('SIGCONT');
    await this.kill('SIGTERM').finally(() => clearTimeout(killer));
  }
}
