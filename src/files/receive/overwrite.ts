/** What becomes of a file that stands where another one is to be: `--overwrite`. */
import { ConfigurationError } from '../../errors.ts';
import type { Over, Sink } from '../../stores/contract.ts';
import type { ReceiveContext } from '../incoming/receive-context.ts';
import type { Overwrite } from '../shared/options.ts';

/** `stays`: what stands there, told to nobody yet; `newer`: what stands there is this version or a newer one, whatever became of it. */
export type Verdict = Over | { readonly stays: string } | 'newer';

/** Throws ConfigurationError where a sink cannot do as it is told, before anything is received. */
export async function checkOverwrite(sink: Sink, overwrite: Overwrite): Promise<void> {
  if (overwrite !== 'rename') return;
  if (sink.proveAside === undefined)
    throw new ConfigurationError(
      `--overwrite rename is for folders: ${sink.place} gives what stands there no other name at once; choose newer, never or always`,
    );
  await sink.proveAside();
}

/**
 * How a version that is not what stands under its name may be put there. Ask it in the name's turn, each time anew when the sink says that
 * another file stands there by now.
 */
export async function mayOverwrite(
  { options: { sink, overwrite = 'always' } }: ReceiveContext,
  target: string,
  upload: string,
  { mtime, digest }: { readonly mtime: string; readonly digest?: string },
): Promise<Verdict> {
  if (overwrite === 'always') return 'anything';
  const standing = await sink.timeOfTarget(target);
  if (standing === undefined) return 'nothing';
  if (overwrite === 'never')
    return { stays: 'a file stands there, and none is replaced (--overwrite never)' };
  if (overwrite === 'newer') {
    // As this sink put it there, and other permissions or attributes alone: no bytes are lost by them, and none are older.
    const isSame =
      isSameTime(mtime, standing) &&
      digest !== undefined &&
      (await sink.published(target))?.digest === digest;
    return isSame || isNewer(mtime, standing) ? 'anything' : { stays: whyOlder(standing) };
  }
  // It was put there before, and what stands there now came of it: by the same records once more it would be kept aside again.
  const newest = await sink.newest(target);
  return newest !== undefined && newest >= upload ? 'newer' : 'aside';
}

/** Nanoseconds since the epoch; to the microsecond, as sinks have them. What has no known time is not older. */
function isNewer(mtime: string, standing: string): boolean {
  return standing !== '' && BigInt(mtime) / 1000n > BigInt(standing) / 1000n;
}

function isSameTime(mtime: string, standing: string): boolean {
  return standing !== '' && BigInt(mtime) / 1000n === BigInt(standing) / 1000n;
}

function whyOlder(standing: string): string {
  if (standing === '') return 'a file stands there of which nobody knows how old it is (--overwrite newer)';
  return 'the file that stands there is as new, or newer (--overwrite newer)';
}
