/** Sends a file in the way that costs least: as what is new in it, as a copy, or whole. */
import type { FileState } from '../../records/state-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import type { DeltaBaseOptions } from './delta-base.ts';
import type { FindCopies } from './find-copy.ts';
import type { SendContext } from './send-context.ts';
import { sendCopy } from './send-copy.ts';
import { type SendDeltaOutcome, sendDelta } from './send-delta.ts';
import { sendFile, sendWhole } from './send-file.ts';

export interface SendAnyOptions {
  /** Undefined: all bytes are sent, whatever is on the topic. */
  readonly copies: FindCopies | undefined;
  /** Undefined: nobody asked for what is new alone. */
  readonly deltas?: DeltaBaseOptions | undefined;
}

/** `resume`: an upload of this very file that is half sent. `late` is called when nothing is left to do but to wait for Kafka. */
export async function sendAny(
  { copies, deltas }: SendAnyOptions,
  context: SendContext,
  file: SourceFile,
  resume: FileState | undefined,
  late: () => void,
): Promise<SendDeltaOutcome> {
  if (resume !== undefined) return sendFile(context, file, resume);
  const asDelta = deltas === undefined ? undefined : await sendDelta(deltas, context, file);
  if (asDelta !== undefined) return asDelta;
  if (copies === undefined) return sendWhole(context, file);
  const found = await copies.unlessCopy(context, file, () => sendWhole(context, file));
  if (found === 'stopped') return { outcome: 'stopped' };
  if ('sent' in found) return found.sent;
  const sending = sendCopy(context, file, found);
  if (sending === undefined) return sendWhole(context, file);
  late();
  const facts = { digest: found.digest, copyOf: found.of.path, resumedFrom: 0 };
  return { outcome: 'sent', upload: await sending, ...facts };
}
