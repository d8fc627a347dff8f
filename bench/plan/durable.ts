/**
 * What this machine takes to make files durable under their final names, whoever wants it: a program that does nothing else. How long
 * locks of a file system and pages of memory keep a processor busy spreads by a factor of five from hour to hour on a machine that others want.
 *
 *     node bench/plan/durable.ts FOLDER FILES SIZE
 *
 * Prints seconds of the system's work.
 */
import { execFile } from 'node:child_process';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const self = fileURLToPath(import.meta.url);
/** As many threads as `sluice download` has, and twice as many files under way. */
const threads = 32;

/** Seconds of a core for a thousand files of that load, in a folder that is removed again. */
export async function durableSeconds(
  folder: string,
  { files, size }: { readonly files: number; readonly size: number },
): Promise<number> {
  const place = join(folder, 'durable');
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(threads) };
  const args = [self, place, String(files), String(size)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  await rm(place, { recursive: true, force: true });
  return (Number(stdout) / files) * 1000;
}

async function work(place: string, files: number, size: number): Promise<void> {
  await mkdir(place, { recursive: true });
  const bytes = Buffer.alloc(size, 7);
  let at = 0;
  const each = async (): Promise<void> => {
    while (at < files) {
      const name = join(place, `file-${at}`);
      at += 1;
      const handle = await open(`${name}.part`, 'wx');
      await handle.write(bytes);
      await handle.datasync();
      await handle.close();
      await rename(`${name}.part`, name);
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: 2 * threads }, each));
  console.log(process.cpuUsage(before).system / 1e6);
}

const [, program, place, files, size] = process.argv;
if (program === self && place !== undefined) await work(place, Number(files), Number(size));
