/** The ways in which a run sends files that cost less than all of their bytes, made of what the run was given. */
import type { SourceFile } from '../../stores/contract.ts';
import { FindCopies } from '../send/find-copy.ts';
import { fitsPack } from '../send/pack-files.ts';
import { Retained } from '../send/retained.ts';
import type { SendAnyOptions } from '../send/send-any.ts';
import type { SendContext } from '../send/send-context.ts';
import type { Decision } from '../state/decide.ts';
import type { UploadRunOptions } from './upload-run-options.ts';

/** What is decided of a file that is to be sent, or compared. */
export type WayToSend = Exclude<Decision, { readonly action: 'unchanged' }>;

export function waysToSend({ kafka, topic, settings, encryption }: UploadRunOptions): SendAnyOptions {
  const { notTwice: mode, packBelow, compare, delta, resend, name: uploader } = settings;
  const isOff = mode === 'never' || encryption !== undefined;
  const retained = new Retained({ kafka, topic });
  const byLook = compare !== 'digest';
  return {
    copies: isOff ? undefined : new FindCopies({ mode, packBelow, byLook, retained }),
    deltas: delta && !resend ? { kafka, topic: topic.name, uploader, retained } : undefined,
  };
}

/** Which files share records with others. */
export function isForPacks(
  context: SendContext,
  copies: FindCopies | undefined,
  packBelow: number,
): (file: SourceFile, decision: WayToSend) => boolean {
  return (file, decision) => {
    if (packBelow === 0 || file.size > packBelow || copies?.isUntouched(context, file)) return false;
    return decision.action === 'send' && decision.abort === undefined && fitsPack(context, file);
  };
}
