/** Tells sinks what is gone from the source, or the user why they are not told. */
import type { SourceFile } from '../../stores/contract.ts';
import type { SendContext } from '../send/send-context.ts';
import { sendRemovals } from '../send/send-removals.ts';
import type { UploadEvent } from '../shared/events.ts';
import { Deletions, type DeletionsOptions } from './deletions.ts';
import type { WalkWitness } from './walk-witness.ts';

export interface TellGoneOptions extends DeletionsOptions {
  readonly context: SendContext;
  readonly once: boolean;
  readonly onEvent: (event: UploadEvent) => void;
}

export class TellGone implements WalkWitness {
  readonly #options: TellGoneOptions;
  readonly #deletions: Deletions;
  /** Why nobody is told, as the user heard it last. */
  #refusal: string | undefined;
  /** Why of some nobody knows, after the last walk. */
  #unsure: string | undefined;
  readonly #warned = new Set<string>();

  constructor(options: TellGoneOptions) {
    this.#options = options;
    this.#deletions = new Deletions(options);
  }

  begins(): void {
    this.#deletions.begins();
  }

  met(file: SourceFile): void {
    this.#deletions.met(file);
  }

  spare(path: string): void {
    this.#deletions.spare(path);
  }

  /** A walk went through all of the source: what is to be done about that, while another one may begin. */
  walked(): () => Promise<void> {
    const walked = this.#deletions.ended();
    return async () => {
      const { context, isBusy, onEvent } = this.#options;
      const plan = await this.#deletions.plan(walked);
      if ('remove' in plan) {
        this.#refusal = undefined;
        this.#warn(plan.unsure);
        const told = (entry: { readonly path: string; readonly upload: string }): void =>
          onEvent({ type: 'deletion-sent', ...entry });
        return sendRemovals(context, plan.remove, isBusy, told);
      }
      const { refused: message, gone, known } = plan;
      if (this.#refusal === undefined) context.options.progress.filesFailed++;
      if (this.#refusal !== message) onEvent({ type: 'deletions-refused', gone, known, message });
      this.#refusal = message;
    };
  }

  /** Once each. Where there is another walk, what it does not find again was no more than its beginning. */
  #warn(message: string | undefined): void {
    const isSo = this.#options.once || message === this.#unsure;
    this.#unsure = message;
    if (message === undefined || !isSo || this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#options.onEvent({ type: 'warning', message });
  }
}
