/** kcat, the independent witness (librdkafka) of what stands on a topic. */
import { execFile } from 'node:child_process';

/**
 * Runs `kcat ARGS` and resolves with its standard output, byte for byte; `input` is fed to it.
 * @throws when it is not installed or ends with an error, which holds what it said
 */
export function kcat(args: readonly string[], input: string | Uint8Array = ''): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { encoding: 'buffer', maxBuffer: 1 << 30 } as const;
    const child = execFile('kcat', [...args], options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const reason = missing ? 'it is not installed; run scripts/setup' : stderr.toString();
      reject(new Error(`kcat ${args.join(' ')}: ${reason}`, { cause: error }));
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
