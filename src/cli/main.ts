#!/usr/bin/env node
/** The executable: what has to stand before anything else is loaded, and the end of the process. */
// By its name it would keep Node.js 20 from saying what it lacks.
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import { knownCacheFolder } from '../broker/default-folders.ts';
import { makeFolders } from '../folder.ts';
import { openFilesLimit } from '../machine.ts';
import { argumentsWithoutSecrets } from '../secrets.ts';
import { version } from '../version.ts';
import { endAsOthersDo } from './first-process.ts';
import { boundHeap } from './heap.ts';
import { watchLittle } from './idle.ts';
import { openFilesFault } from './open-files.ts';
import { watchStdout } from './stdout.ts';

// Whoever lists processes is not to read keys from our arguments: first of all, for they can be seen until then.
const words = process.argv.slice(2);
const shown = argumentsWithoutSecrets(words).join(' ');
if (shown !== words.join(' ')) process.title = `sluice ${shown}`;

endAsOthersDo(process);

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 12)) {
  process.stderr.write(`sluice: Node.js ${process.versions.node} is too old; install 24.12 or newer\n`);
  process.exit(2);
}

const fault = openFilesFault(openFilesLimit(), process.argv.slice(2));
if (fault !== undefined) {
  process.stderr.write(`sluice: ${fault}\n`);
  process.exit(2);
}

// What is made durable at the same time costs a disk as much as one file alone: docs/adr/0195-durable-many-at-a-time.md. Node reads this
// when its pool is used for the first time.
if (words[0] === 'download') process.env.UV_THREADPOOL_SIZE ??= '32';

// The terminal or the log's reader may go away, or the log's disk be full; that is no reason to stop sending files.
process.stderr.on('error', () => {});
watchStdout();
// A limit of file sizes is an error of the write (EFBIG), not the end of the process.
process.on('SIGXFSZ', () => {});

await start();

async function start(): Promise<void> {
  // Not before it is known how many files may be open: with it Node reads certificates beside us. And before the first flag of V8.
  await import('./node-modules.ts');
  // One that goes on for months need not start in a hundred milliseconds less.
  const watches = words[0] === 'upload' && !words.includes('--once');
  boundHeap(words[0], watches ? watchLittle() : undefined);
  if (!watches) await keepCompiled();
  const { run } = await import('./program.ts');
  process.exitCode = await run(words, version);

  // A connection that somebody forgot must not keep a finished command alive.
  setTimeout(() => process.exit(), 3000).unref();
}

/** Halves the time to start. Not in Node's own place for it: that is a folder which all users of the machine may write. */
async function keepCompiled(): Promise<void> {
  const cache = knownCacheFolder();
  // The executable brings with it what is compiled.
  if (cache === undefined || isSea()) return;
  const compiled = join(cache, 'compiled');
  // Made by ourselves: below /proc, or a home whose server is away, Node would try for ever.
  const isThere = await makeFolders(compiled).then(
    () => true,
    () => false,
  );
  if (isThere) nodeModule.enableCompileCache(compiled);
}
