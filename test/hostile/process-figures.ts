/** What a process has, as Linux tells it. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessFigures {
  /** Bytes. */
  readonly resident: number;
  readonly descriptors: number;
  readonly threads: number;
}

export function figuresOf(pid: number): ProcessFigures {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    resident: number('VmRSS') * 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: number('Threads'),
  };
}
