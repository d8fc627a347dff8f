/**
 * Node's own modules that whoever moves files needs. They come with Node compiled, by its flags as they are at the start: where one
 * was changed before (`heap.ts`), V8 compiles them anew, for 30 ms of processor time and 4 MB.
 */
import 'node:assert';
import 'node:child_process';
import 'node:crypto';
import 'node:dns/promises';
import 'node:fs/promises';
import 'node:net';
import 'node:perf_hooks';
import 'node:process';
import 'node:stream/promises';
import 'node:timers/promises';
import 'node:tls';
import 'node:tty';
import 'node:v8';
import 'node:vm';
import 'node:worker_threads';
import 'node:zlib';
