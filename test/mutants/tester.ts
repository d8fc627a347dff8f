/** Owns a process that tries mutants: its start, its end, and what it may take. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Begun, Trial, Verdict } from './trial.ts';

const program = fileURLToPath(new URL('./child.ts', import.meta.url));
/** Modules are never forgotten: after so many mutants a process has grown enough. */
const trialsOfOne = 80;

export class Tester {
  #child: ChildProcess | undefined;
  #trials = 0;

  /** `undefined`: a test file took longer than `most` gives it, in milliseconds. */
  async try(trial: Trial, most: (file: string) => number): Promise<Verdict | undefined> {
    const verdict = await this.#tryOnce(trial, most);
    if (verdict?.isStray !== true) return verdict;
    this.close();
    return this.#tryOnce(trial, most);
  }

  close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  async #tryOnce(trial: Trial, most: (file: string) => number): Promise<Verdict | undefined> {
    if (this.#trials >= trialsOfOne) this.close();
    const child = this.#child ?? (await this.#start());
    this.#trials += 1;
    const { promise, resolve } = Promise.withResolvers<Verdict | undefined>();
    let timer: NodeJS.Timeout | undefined;
    const told = (message: Begun | Verdict) => {
      if (!('begun' in message)) return resolve(message);
      clearTimeout(timer);
      timer = setTimeout(() => resolve(undefined), most(message.begun));
    };
    // Out of memory, or ended by the mutant itself.
    const ended = () => {
      this.#child = undefined;
      resolve({ killedBy: 'the end of the process', isStray: false, times: [], error: '' });
    };
    child.on('message', told);
    child.once('exit', ended);
    child.send(trial);
    try {
      const verdict = await promise;
      if (verdict === undefined) this.close();
      return verdict;
    } finally {
      clearTimeout(timer);
      child.removeAllListeners('message');
      child.removeListener('exit', ended);
    }
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(program, {
      execArgv: ['--max-old-space-size=1024'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', () => reject(new Error('the process that tries mutants does not start')));
    });
    child.removeAllListeners('exit');
    this.#child = child;
    this.#trials = 0;
    return child;
  }
}
