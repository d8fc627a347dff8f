/** The process that `console-model.ts` measures: a model that follows a topic. Arguments: where Kafka is, and how many files are to come. */
import { setTimeout as delay } from 'node:timers/promises';
import { boundHeap } from '../src/cli/heap.ts';
import { createConsoleModel } from '../src/console/model/model.ts';

boundHeap('console');
const [bootstrapServers = '', total = '0'] = process.argv.slice(2);
const began = performance.now();
const kafka = { 'bootstrap.servers': bootstrapServers };
const model = await createConsoleModel({ kafka, topic: 'bench', liveTopic: 'live' });
const say = (what: object) => process.send?.(what);
const resident = () => Math.round(process.memoryUsage.rss() / 1e6);
const parts = () =>
  Object.fromEntries(
    Object.entries(process.memoryUsage()).map(([name, bytes]) => [name, Math.round(bytes / 1e6)]),
  );
say({ beganMb: parts() });
const count = () => {
  const page = model.files({ limit: 1 });
  return page.total + (page.forgotten ?? 0);
};
while (count() < Number(total)) await delay(200);
say({ readSeconds: Math.round(performance.now() - began) / 1000, residentMb: resident() });
await delay(3000);
for (const question of [
  {},
  { search: 'image-77' },
  { search: '*flight-3/*.jpg' },
  { search: '/' },
  { state: 'arrived' },
  { uploader: 'till-7', state: 'sent' },
] as const) {
  const from = performance.now();
  const { total: found } = model.files(question);
  say({ question, found, milliseconds: Math.round((performance.now() - from) * 10) / 10 });
}
say({ settledMb: parts() });
let [events, bytes] = [0, 0];
model.watch((_event, data) => {
  events += 1;
  bytes += JSON.stringify(data).length;
});
process.once('message', () => {
  say({ events, bytes, residentMb: resident() });
  void model.close().then(() => process.disconnect());
});
say({ ready: true });
