/**
 * A reporter for `node --test`: a line for each test file, `passed|failed`, milliseconds and path, parted by tabs; of files that share a process, only
 * for those that failed. A last line, `ended`, says that nothing ended the run before its end.
 */
import { relative } from 'node:path';

interface TestEvent {
  readonly type: string;
  readonly data: unknown;
}

interface Summary {
  readonly file?: string;
  readonly success: boolean;
  readonly duration_ms: number;
}

/** Yields the lines in the order in which the files end; the summary of the whole run, which has no file, is left out. */
// biome-ignore lint/style/noDefaultExport: Node looks for a reporter there.
export default async function* fileReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const failed = new Set<string>();
  for await (const { type, data } of source) {
    // A file that dies, or hangs over its limit, fails as a test of its own name, whatever its summary says.
    if (type === 'test:fail') failed.add((data as { file?: string }).file ?? '');
    if (type !== 'test:summary') continue;
    const { file, success, duration_ms } = data as Summary;
    if (file === undefined) continue;
    const isPassed = success && !failed.has(file);
    failed.delete(file);
    yield `${isPassed ? 'passed' : 'failed'}\t${Math.round(duration_ms)}\t${relative(process.cwd(), file)}\n`;
  }
  for (const file of failed) yield `failed\t0\t${relative(process.cwd(), file)}\n`;
  yield 'ended\n';
}
