/** Tells sinks what is gone from the source, or the user why they are not told. */
import type { SendContext } from '../send/send-context.ts';
import { sendRemovals } from '../send/send-removals.ts';
import type { UploadEvent } from '../shared/events.ts';
import type { Deletions, Walked } from './deletions.ts';

export interface TellGoneOptions {
  readonly deletions: Deletions;
  readonly context: SendContext;
  readonly isBusy: (path: string) => boolean;
  readonly onEvent: (event: UploadEvent) => void;
}

export class TellGone {
  readonly #options: TellGoneOptions;
  /** Why nobody is told, as the user heard it last. */
  #refusal: string | undefined;

  constructor(options: TellGoneOptions) {
    this.#options = options;
  }

  /** A walk went through all of the source. */
  async tell(walked: Walked): Promise<void> {
    const { deletions, context, isBusy, onEvent } = this.#options;
    const plan = await deletions.plan(walked);
    if ('remove' in plan) {
      this.#refusal = undefined;
      const told = (entry: { readonly path: string; readonly upload: string }): void =>
        onEvent({ type: 'deletion-sent', ...entry });
      return sendRemovals(context, plan.remove, isBusy, told);
    }
    const { refused: message, gone, known } = plan;
    if (this.#refusal === undefined) context.options.progress.filesFailed++;
    if (this.#refusal !== message) onEvent({ type: 'deletions-refused', gone, known, message });
    this.#refusal = message;
  }
}
