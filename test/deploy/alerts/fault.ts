/** A fault is made, its alerts fire; it is mended, they clear. */
import { waitFor } from '../../support/wait.ts';
import type { RunningPrometheus } from './prometheus.ts';
import { scaleOf } from './scaled-rules.ts';

export interface Fault {
  /** What is done. */
  readonly what: string;
  /** What it makes fire: alerts, with labels that tell ours from others. */
  readonly alerts: readonly (readonly [alert: string, labels: Readonly<Record<string, string>>])[];
  make(): Promise<void>;
  mend(): Promise<void>;
}

export interface Row {
  readonly alert: string;
  readonly what: string;
  readonly scale: number;
  /** Seconds, in the shorter time. */
  readonly fired: number;
  readonly cleared: number;
}

/** For the lost: all are to be there long before. Milliseconds. */
const patience = { timeout: 420_000, interval: 500 };

/** Rejects when one does not fire, or not clear. */
export async function playFault(prometheus: RunningPrometheus, fault: Fault): Promise<readonly Row[]> {
  const { what, alerts } = fault;
  // What has just begun may be late with all it does.
  for (const [alert, labels] of alerts)
    await waitFor(async () => !(await prometheus.fires(alert, labels)), {
      ...patience,
      what: `${alert} not to fire`,
    });
  const until = async (isFiring: boolean): Promise<number[]> => {
    const since = performance.now();
    return Promise.all(
      alerts.map(async ([alert, labels]) => {
        const is = async () => (await prometheus.fires(alert, labels)) === isFiring;
        await waitFor(is, { ...patience, what: `${alert} to ${isFiring ? 'fire' : 'clear'}: ${what}` });
        return Math.round((performance.now() - since) / 1000);
      }),
    );
  };
  await fault.make();
  const fired = await until(true);
  await fault.mend();
  const cleared = await until(false);
  return alerts.map(([alert], index) => ({
    alert,
    what,
    scale: scaleOf(alert),
    fired: fired[index] ?? 0,
    cleared: cleared[index] ?? 0,
  }));
}
