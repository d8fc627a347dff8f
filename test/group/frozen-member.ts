/**
 * A member of a group at a folder that is frozen by a signal amid one call of its sink: `node frozen-member.ts FOLDER CALL POINT SIGNAL`. It writes
 * what became of the call to stdout.
 */
import { listenAtCrashPoints } from '../../src/crash-points.ts';
import type { Sink } from '../../src/stores/contract.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { id, look, publishedAs } from '../contracts/sink/ground.ts';

const [, , folder = '', call = '', point = '', signal = ''] = process.argv;

const old = Buffer.from('of the zombie');
const of = publishedAs('of the zombie', id(2));

async function publish(sink: Sink): Promise<unknown> {
  await sink.part(id(2)).write(old, 0);
  return sink.publish(id(2), 'shop/a', look, of);
}

const calls: Readonly<Record<string, (sink: Sink) => Promise<unknown>>> = {
  publish,
  publishWhole: (sink) => sink.publishWhole(old, 'shop/a', look, of),
  'publish where nothing stands': (sink) => sink.publishWhole(old, 'shop/a', look, of, 'nothing'),
  remove: (sink) => sink.remove!('shop/a', id(2)),
  link: (sink) => sink.link!('shop/a', { upload: id(2), to: 'b', mtime: look.mtime }),
  'link where nothing stands': (sink) =>
    sink.link!('shop/a', { upload: id(2), to: 'b', mtime: look.mtime }, 'nothing'),
};

const sink = await openDiskSink(folder, { group: { name: 'fill', reader: 'zombie' } });
await sink.newest('shop/a');
let left = 1;
listenAtCrashPoints((name) => {
  if (name === point && left-- > 0) process.kill(process.pid, signal);
});
const ended = await calls[call]!(sink).then(
  (value) => ({ value }),
  (error: Error) => ({ error: error.name }),
);
listenAtCrashPoints(() => {});
const newest = await sink.newest('shop/a');
await sink.close();
process.stdout.write(JSON.stringify({ ...ended, newest }));
