/**
 * SIGINT and SIGTERM: the first ends the run in good order (the record in flight is finished, positions are
 * committed), the second ends the process at once. Both lead to exit code 130: the work was cut short from outside, and
 * the next run goes on from there.
 */
import { ExitCode } from '../errors.ts';
import { whenOutputFails } from './stdout.ts';

export interface Interruption {
  readonly signal: AbortSignal;
  /** Says something to whoever is told of signals. */
  tell(text: string): void;
  /** Has somebody else told of the first signal from now on; gives the one before. */
  tellTo(tell: (text: string) => void): (text: string) => void;
  /** As if that signal had come. */
  end(name: NodeJS.Signals): void;
  /** Gives the signals back to their default. */
  release(): void;
}

/**
 * Listens to the signals of this process; `onFirst` tells the user that the signal was understood. Standard output that
 * cannot be written any more counts as a first signal, without a word.
 */
export function interruptible(onFirst: (text: string) => void): Interruption {
  const controller = new AbortController();
  let tell = onFirst;
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) endAtOnce();
    const again = name === 'SIGINT' ? 'press Ctrl-C again to stop at once' : 'a second signal stops at once';
    tell(`${name}: finishing what is in flight; ${again}`);
    controller.abort(new Error(`interrupted by ${name}`));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  whenOutputFails((failure) => controller.abort(failure));
  return {
    signal: controller.signal,
    tell: (text) => tell(text),
    tellTo(other) {
      const before = tell;
      tell = other;
      return before;
    },
    end: onSignal,
    release() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

/** What a thread asks a resolver, as Node calls it: one that is silent keeps it for up to half a minute, and an end of the process waits for it. */
const lookup = 'GetAddrInfoReqWrap';

/**
 * With exit code 130; where a thread would hold that up, as SIGINT ends whoever does not listen to it, which shells call 130 too. A disk that
 * hangs holds it up as well, and is not told from one that works: the next signal ends that.
 */
function endAtOnce(): never {
  for (const name of ['SIGINT', 'SIGTERM']) process.removeAllListeners(name);
  if (process.getActiveResourcesInfo().includes(lookup)) process.kill(process.pid, 'SIGINT');
  process.exit(ExitCode.interrupted);
}
