/** Senders as a source to publish: each of them is one run of an encoder, and a stand-by has one that is held back. */
import { SluiceError } from '../../../errors.ts';
import type { EncodingPlan } from '../../encode/plan.ts';
import type { MediaSource } from '../../publish/source.ts';
import { isToBeFollowed } from './pace.ts';
import { SenderRun } from './sender-run.ts';
import type { Sending } from './senders.ts';
import { SentRun, type SentRunOptions } from './sent-run.ts';

export interface SentSourceOptions extends SentRunOptions {
  /** Of the first sender's container; all have the same targets and renditions. */
  readonly plan: EncodingPlan;
  /** Milliseconds by which a sender may be overdue before its stand-by takes over. */
  readonly standByAfter: number;
}

/** Milliseconds between two looks whether the one on the air is still well. */
const lookEvery = 50;

export function sentSource(options: SentSourceOptions): MediaSource {
  const { senders, plan, reconnect, standByAfter } = options;
  const runOf = (sending: Sending): SenderRun => {
    sending.run ??= startRun(options, sending);
    return sending.run;
  };
  senders.onStandBy = runOf;
  return {
    renditions: plan.outputs.map(({ rendition }) => rendition),
    targets: plan.targets,
    chunks: plan.settings.chunks,
    foreignKeyframes: plan.settings.videoCodec === 'copy',
    notes: plan.notes,
    canReturn: true,
    isRepeated: false,
    // Who sends does not wait: what Kafka does not take is given up in whole segments.
    canWait: false,
    isFollowed: () => senders.hasNext,
    isWarm: () => senders.waiting[0]?.run?.capturedUntil !== undefined,
    returns: (signal) => senders.wait(reconnect, signal),
    async *run(signal, behind) {
      const sending = senders.take();
      if (sending === undefined) {
        yield { type: 'end' };
        return;
      }
      // Who begins now has taken nothing before; of who stood by it was published by another.
      const from = sending.run === undefined || behind === undefined ? undefined : behind / 1000;
      const run = runOf(sending);
      // Who came while nobody was on the air has had none yet.
      for (const standBy of senders.waiting) runOf(standBy);
      let hasSteppedBack = false;
      const watch = setInterval(() => {
        const next = senders.waiting[0]?.run;
        if (next === undefined || hasSteppedBack || signal.aborted) return;
        hasSteppedBack = isToBeFollowed(run.pace, next.pace, standByAfter, performance.now());
        if (hasSteppedBack) run.stepBack();
      }, lookEvery);
      const onAbort = () => run.finish();
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      try {
        yield* run.flow(from);
        if (hasSteppedBack) yield { type: 'end', error: new SluiceError('the stand-by goes on') };
      } finally {
        clearInterval(watch);
        signal.removeEventListener('abort', onAbort);
        if (hasSteppedBack && !signal.aborted) senders.stepBack(sending);
        else {
          await run.close();
          sending.done();
        }
      }
    },
  };
}

function startRun(options: SentSourceOptions, sending: Sending): SenderRun {
  const { senders, plan, standByAfter } = options;
  const { part, segment } = plan.targets;
  const sent = new SentRun(options, sending);
  return new SenderRun({
    events: (signal) => sent.events(signal),
    lead: plan.outputs[0]?.rendition ?? '',
    part: part / 1000,
    segment: segment / 1000,
    most: standByAfter,
    onAirUntil: () => senders.current?.run?.capturedUntil,
    onNote: (message) => sending.note(message),
    onEnded: (failure) => {
      if (failure !== undefined)
        sending.fail(failure instanceof Error ? failure : new SluiceError(String(failure)));
      senders.drop(sending);
    },
  });
}
