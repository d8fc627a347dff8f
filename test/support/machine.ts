/** The machine that figures were measured on. */
import { cpus, release, type as systemType, totalmem } from 'node:os';

/** One line: processors, memory, system, Node. */
export function machineFacts(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown processor'}, ${memory} GiB, ${systemType()} ${release()}, Node ${process.versions.node}`;
}
