/** Peak resident memory of a process, as Linux keeps it (`VmHWM` of `/proc/PID/status`). */
import { readFileSync } from 'node:fs';

/** Milliseconds between two looks. The peak is the system's own, so a look misses only what came after the last one. */
const lookEvery = 200;

/** Follows a process until `stop`, which says its peak in bytes; 0 where the system does not tell. */
export function followMemory(pid: number | undefined): { stop(): number } {
  let peak = 0;
  const look = (): void => {
    peak = Math.max(peak, peakOf(pid) ?? 0);
  };
  const timer = setInterval(look, lookEvery);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

/** Bytes; undefined when there is no such process (any more). */
export function peakOf(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
