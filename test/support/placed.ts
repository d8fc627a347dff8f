/** Exported places in memory, as a server reads them: what was asked, and what fails. */
import { runExport } from '../../src/delivery/export/export-run.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import { once } from '../../src/stores/patiently.ts';
import type { PlainReader } from '../../src/stores/plain-reader.ts';
import { MemoryObjects } from './memory-objects.ts';

export class PlacedMemory {
  readonly objects = new MemoryObjects();
  /** Names that were asked for, in order. */
  readonly asked: string[] = [];
  /** Before each answer. */
  pass: (name: string, signal?: AbortSignal) => Promise<void> = async () => {};

  /** For the option of that name. */
  readonly open = async (): Promise<PlainReader> => ({
    read: async (_place, name, _most, signal) => {
      this.asked.push(name);
      await this.pass(name, signal);
      const kept = this.objects.kept.get(name);
      return kept && Buffer.from(kept.bytes);
    },
    has: async (_place, name) => {
      this.asked.push(name);
      await this.pass(name);
      return this.objects.kept.has(name);
    },
    close() {},
  });

  /** Exports what a programme has until it is over, or for so long. */
  async export(kafka: Kafka, signal = new AbortController().signal, blockSize = 8): Promise<void> {
    const options = { stream: 'cam', topic: 'live', forget: false, once: false, blockSize, batch: 4 };
    await runExport(kafka, {
      ...options,
      store: this.objects.writer(),
      patiently: once,
      signal,
      onEvent: () => {},
    });
  }

  /** How many segments of the present journal stand. */
  get exported(): number {
    const blocks = [...this.objects.kept].filter(([name]) => name.startsWith('.sluice/export/'));
    return blocks.reduce(
      (sum, [, { bytes }]) => sum + bytes.toString().split('"kind":"segment"').length - 1,
      0,
    );
  }
}
