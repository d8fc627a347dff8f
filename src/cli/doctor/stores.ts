/** A source that is no folder: whether it can be listed and read, and how its changes are noticed. */
import { describeError } from '../../errors.ts';
import type { Source, SourceFile } from '../../stores/contract.ts';
import { openSource } from '../../stores/open.ts';
import type { StoreOptions } from '../../stores/options.ts';
import type { Finding } from './finding.ts';

const check = 'Source';

/** Reads a byte of its first file. Writes nothing there. */
export async function examineStoreSource(written: string, options: StoreOptions): Promise<Finding[]> {
  let source: Source;
  try {
    source = await openSource(written, options);
  } catch (error) {
    return [problem(error)];
  }
  const { place } = source;
  const changes: Finding = {
    check: 'Changes',
    status: 'ok',
    message: 'found by listing, every --scan-interval',
  };
  try {
    const first = await firstFile(source);
    if (first === undefined)
      return [{ check, status: 'ok', message: `${place} can be listed, and has nothing to send` }, changes];
    const file = await source.open(first.path);
    await file.read(new Uint8Array(1), 0);
    await file.close();
    return [{ check, status: 'ok', message: `${place} can be listed and read` }, changes];
  } catch (error) {
    return [problem(error)];
  }
}

/** Errors of stores say themselves what to do. */
function problem(error: unknown): Finding {
  return { check, status: 'problem', message: describeError(error) };
}

async function firstFile(source: Source): Promise<SourceFile | undefined> {
  const everything = { file: () => true, folder: () => true };
  for await (const file of source.list(everything, () => {})) return file;
  return undefined;
}
