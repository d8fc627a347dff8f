/** Joins chunks to parts, so that nothing but whole parts is kept. Pure. */
import type { PartRecord } from '../../records/live-record.ts';
import type { Step } from '../play/continuity.ts';

export class WholeParts {
  #chunks: Buffer[] = [];
  #first: Extract<Step, { type: 'chunk' }> | undefined;

  /** The same steps, in their order; each chunk is a whole part. */
  push(step: Step): readonly Step[] {
    if (step.type !== 'chunk') {
      // Behind a gap or the end nothing will be added. A run that begins tells that something was lost: the part may lack its end.
      const isWhole = step.type === 'gap' || step.type === 'end';
      return [...(isWhole ? this.#take() : this.#drop()), step];
    }
    const { record, bytes } = step;
    const before = this.#first !== undefined && record.chunk === 0 ? this.#take() : [];
    this.#first ??= step;
    this.#chunks.push(bytes);
    return record.lastChunk ? [...before, ...this.#take()] : before;
  }

  /** What is held, as a whole part. */
  #take(): readonly Step[] {
    const first = this.#first;
    if (first === undefined) return [];
    const bytes = this.#chunks.length === 1 ? first.bytes : Buffer.concat(this.#chunks);
    const record: PartRecord = { ...first.record, lastChunk: true };
    this.#drop();
    return [{ ...first, record, bytes }];
  }

  #drop(): readonly Step[] {
    this.#first = undefined;
    this.#chunks = [];
    return [];
  }
}
