/**
 * Which of a host's addresses is of use. The first is tried, and the next beside it where that is not taken soon (RFC 8305): one whose
 * machine is gone says nothing, and every command that begins would wait for it.
 */
import { NetworkFailure } from './failures.ts';

export interface Trial {
  /** The client is closed, or another address is of use: this one is not to be tried any further, nor to stay open. */
  readonly signal: AbortSignal;
  /** The other side has taken the connection: others are tried only if it comes to nothing after all. */
  readonly onTaken: () => void;
}

export interface FirstOfUseOptions<Opened> {
  /** At least one, the best first. */
  readonly ips: readonly string[];
  /** Milliseconds until the next one is tried beside those that nobody has taken. */
  readonly stagger: number;
  readonly open: (ip: string, trial: Trial) => Promise<Opened>;
  /** Of no use, or slower than another one. */
  readonly failed: (ip: string) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** What was opened at the address. Rejects with NetworkFailure when all have failed, and at once with what is final at any of them. */
export function firstOfUse<Opened>(options: FirstOfUseOptions<Opened>): Promise<Opened> {
  const { stagger, open, failed, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Opened>();
  const waiting = [...options.ips];
  const running = new Map<string, AbortController>();
  const failures: (readonly [ip: string, error: NetworkFailure])[] = [];
  let timer: NodeJS.Timeout | undefined;
  /** Whoever is left behind may be asked again, last. */
  const leave = (first?: string): void => {
    clearTimeout(timer);
    for (const [ip, trial] of running) {
      if (ip === first) continue;
      running.delete(ip);
      waiting.push(ip);
      failed(ip);
      trial.abort();
    }
  };
  const next = (): void => {
    clearTimeout(timer);
    const ip = waiting.shift();
    if (ip === undefined) {
      if (running.size === 0) reject(allFailed(failures));
      return;
    }
    const own = new AbortController();
    const isRunning = () => running.get(ip) === own;
    running.set(ip, own);
    if (waiting.length > 0) timer = setTimeout(next, stagger).unref();
    const ends = options.ips.length > 1 ? AbortSignal.any([signal, own.signal]) : signal;
    open(ip, { signal: ends, onTaken: () => isRunning() && leave(ip) }).then(
      (opened) => {
        if (!isRunning()) return;
        leave(ip);
        resolve(opened);
      },
      (error: unknown) => {
        if (!isRunning()) return;
        running.delete(ip);
        if (!(error instanceof NetworkFailure) || signal.aborted) {
          leave();
          reject(error);
          return;
        }
        failed(ip);
        failures.push([ip, error]);
        next();
      },
    );
  };
  next();
  return promise;
}

function allFailed(failures: readonly (readonly [ip: string, error: NetworkFailure])[]): NetworkFailure {
  const [, last] = failures.at(-1)!;
  if (failures.length === 1) return last;
  const reasons = failures.map(([ip, { message }]) => `at ${ip}: ${message}`).join('; ');
  return new NetworkFailure(reasons, { cause: last });
}
