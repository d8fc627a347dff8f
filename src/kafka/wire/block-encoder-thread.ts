/** The thread behind {@link BlockEncoder}: compresses what it is sent, one after the other. */
import { parentPort } from 'node:worker_threads';
import type { EncodeAnswer, EncodeRequest } from './block-encoder.ts';
import { encodeLz4 } from './lz4-encode.ts';
import { encodeSnappy } from './snappy-encode.ts';

const encoders = { lz4: encodeLz4, snappy: encodeSnappy } as const;

parentPort?.on('message', ({ id, codec, bytes }: EncodeRequest) => {
  // A copy of just what was written: the output had room for as much as the input.
  const encoded = encoders[codec](bytes)?.slice();
  const answer: EncodeAnswer = { id, bytes: encoded };
  parentPort?.postMessage(answer, encoded ? [encoded.buffer] : []);
});
