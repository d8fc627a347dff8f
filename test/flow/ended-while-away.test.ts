/** Verbs that only read, at a cluster that nobody can reach: the first signal ends them. */
import { join } from 'node:path';
import { test } from 'node:test';
import { exportStream } from '../../src/delivery/export/export.ts';
import { verify } from '../../src/files/verify.ts';
import type { ClientProperties } from '../../src/kafka/properties.ts';
import { play } from '../../src/live/play/play.ts';
import { push } from '../../src/live/push/push.ts';
import { record } from '../../src/live/record/record.ts';
import { temporaryFolder } from '../support/folder.ts';

interface Common {
  readonly kafka: ClientProperties;
  readonly stream: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: { readonly type: string; readonly on?: string }) => void;
}

test('Whoever only reads ends at the first signal, also while Kafka is away', {
  concurrency: true,
}, async (t) => {
  const folder = await temporaryFolder(t);
  const drained = async (steps: AsyncIterable<unknown>): Promise<void> => {
    for await (const _ of steps);
  };
  const verbs: Readonly<Record<string, (common: Common) => Promise<unknown>>> = {
    record: (common) => record({ ...common, out: join(folder, 'a.mp4') }),
    play: (common) => drained(play(common)),
    push: (common) => push({ ...common, to: ['srt://127.0.0.1:9'] }),
    export: (common) => exportStream({ ...common, to: join(folder, 'exported') }),
    // What it has not looked at it says nothing of.
    verify: ({ stream: _, ...common }) =>
      drained(verify({ ...common, topic: 'files', to: folder })).catch(() => {}),
  };
  const tests = Object.entries(verbs).map(([name, run]) =>
    t.test(name, async () => {
      const stop = new AbortController();
      const away = Promise.withResolvers<void>();
      const onEvent: Common['onEvent'] = ({ type, on }) => {
        if (type === 'waiting' && on === 'kafka') away.resolve();
      };
      const kafka = { 'bootstrap.servers': '127.0.0.1:1' };
      const ended = run({ kafka, stream: 'cam', signal: stop.signal, onEvent });
      await Promise.race([away.promise, ended]);
      stop.abort();
      await ended;
    }),
  );
  await Promise.all(tests);
});
