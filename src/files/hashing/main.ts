/** Runs in a thread of its own: hashes what it is told, one after the other. */
import { parentPort } from 'node:worker_threads';
import { createHasher, type Hasher } from '../../records/checksum.ts';
import type { HashAnswer, HashRequest } from './thread.ts';

const hashers = new Map<number, Hasher>();

function answer(what: HashAnswer): void {
  parentPort?.postMessage(what);
}

parentPort?.on('message', (request: HashRequest) => {
  if ('begin' in request) hashers.set(request.hasher, createHasher(request.begin));
  else if ('update' in request) {
    hashers.get(request.hasher)?.update(request.update);
    answer(undefined);
  } else {
    if ('digest' in request) answer(hashers.get(request.hasher)?.digest());
    hashers.delete(request.hasher);
  }
});
