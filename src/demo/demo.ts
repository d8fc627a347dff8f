/** The two-minute tour: a real Kafka, files sent through it and put back together, both sides compared, and live video beside them. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import prettyBytes from 'pretty-bytes';
import { kafkaVersion } from '../broker/artifacts.ts';
import { type RunningBroker, startBroker } from '../broker/broker.ts';
import { type DownloadEvent, IncompleteError, type UploadEvent } from '../index.ts';
import { compareTrees } from './compare.ts';
import { barLine, type Display } from './display.ts';
import { type DemoFolder, makeFolder } from './folder.ts';
import { type Live, receivePart, startLive } from './live.ts';
import { startTransfer, type Transfer, topic, uploader } from './transfer.ts';
import { bytesOf, mixedTree, type Tree, writeTree } from './tree.ts';

export interface DemoOptions {
  readonly folder: string;
  /** Stop when the tree has been verified. */
  readonly once: boolean;
  readonly display: Display;
  /** The user has had enough. */
  readonly signal: AbortSignal;
}

const seconds = (from: number, to: number): string => `${((to - from) / 1000).toFixed(1)} s`;
const rate = (bytes: number, from: number, to: number): string =>
  `${prettyBytes((bytes * 1000) / (to - from))}/s`;

/**
 * Runs the demo to its end: with `once` until the copy is verified, otherwise until `signal`.
 * @throws IncompleteError when the copy is not what was sent
 */
export async function runDemo({ folder: path, once, display, signal }: DemoOptions): Promise<void> {
  display.line();
  display.heading('Sluice: files of any size, and live video, through Apache Kafka');
  display.line();
  const folder = await makeFolder(path);
  const begin = performance.now();
  display.live([`Starting Apache Kafka ${kafkaVersion}, and making files to send ...`]);
  let served = begin;
  const starting = startBroker({ signal }).finally(() => {
    served = performance.now();
  });
  const [broker, tree] = await Promise.all([starting, makeTree(folder)]);
  let transfer: Transfer | undefined;
  let live: Live | undefined;
  try {
    display.done(
      `Apache Kafka ${kafkaVersion} serves at ${broker.bootstrapServers} (${seconds(begin, served)})`,
    );
    display.done(
      `${tree.size} files, ${prettyBytes(bytesOf(tree))}: nested, empty, tiny, one of 256 MB, names in six scripts`,
    );
    let watching = false;
    const onEvent = (event: UploadEvent | DownloadEvent): void => tell(event, watching, display);
    transfer = startTransfer({ bootstrapServers: broker.bootstrapServers, folder, onEvent });
    signal.addEventListener('abort', () => transfer?.stop(), { once: true });
    await showUntilReceived(transfer, tree, display, signal);
    if (!signal.aborted) {
      await verify(transfer, tree, folder, display);
      live = await showLive(broker, display, signal);
      signal.addEventListener('abort', () => live?.stop(), { once: true });
      tellPlaces(folder, broker, live, once, display);
    }
    watching = true;
    if (once) transfer.stop();
    if (once) live?.stop();
    await Promise.all([transfer.ended, live?.ended]);
  } finally {
    // Also after a failure: without a broker both sides would wait for it for ever.
    transfer?.stop();
    live?.stop();
    await Promise.allSettled([transfer?.ended, live?.ended]);
    await broker.stop();
  }
  display.note(once ? 'Everything is stopped.' : 'Stopped.');
}

async function makeTree({ outbox }: DemoFolder): Promise<Tree> {
  const tree = mixedTree();
  await writeTree(outbox, tree);
  return tree;
}

async function showUntilReceived(
  { progress, ended }: Transfer,
  tree: Tree,
  display: Display,
  signal: AbortSignal,
): Promise<void> {
  const { sent, received, failures } = progress;
  const total = { files: tree.size, bytes: bytesOf(tree) };
  let over = false;
  const stopped = ended.finally(() => {
    over = true;
  });
  stopped.catch(() => {});
  display.line();
  while (!over && !signal.aborted && received.files < tree.size && failures.length === 0) {
    const now = performance.now();
    const until = (at: number, files: number): number =>
      ((files === tree.size ? at : now) - progress.begin) / 1000;
    display.live([
      barLine('Sending', { ...sent, seconds: until(sent.at, sent.files) }, total, display.room),
      barLine('Receiving', { ...received, seconds: until(received.at, received.files) }, total, display.room),
    ]);
    await delay(100);
  }
  display.live([]);
  // When a side could not go on, this says why.
  if (over) await ended;
}

async function verify(
  { progress }: Transfer,
  tree: Tree,
  { outbox, inbox }: DemoFolder,
  display: Display,
): Promise<void> {
  const { begin, sent, received, failures } = progress;
  const bytes = bytesOf(tree);
  display.live(['Reading both trees again ...']);
  const found = await compareTrees(outbox, join(inbox, uploader));
  const wrong = [...failures, ...found.differences];
  if (wrong.length > 0 || found.files !== tree.size) {
    for (const line of wrong.slice(0, 20)) display.failed(line);
    if (wrong.length > 20) display.failed(`... and ${wrong.length - 20} more`);
    throw new IncompleteError(`${wrong.length} of ${tree.size} files are not in the copy as they were sent`);
  }
  display.done(
    `Sent in ${seconds(begin, sent.at)}, ${rate(bytes, begin, sent.at)}: ${sent.records} records for ${sent.files} files`,
  );
  display.done(
    `Received and verified in ${seconds(begin, received.at)}, ${rate(bytes, begin, received.at)}, while it was sent`,
  );
  display.done(
    `Both sides read again: ${found.files} files, ${prettyBytes(found.bytes)}, same names, SHA-256 and times`,
  );
}

/** Publishes and serves, and receives a part as a player would. */
async function showLive(
  { bootstrapServers }: RunningBroker,
  display: Display,
  signal: AbortSignal,
): Promise<Live> {
  display.live(['Publishing a test picture, and serving it ...']);
  const live = await startLive({ bootstrapServers, onMessage: (message) => display.note(message) });
  try {
    const { bytes, delay: milliseconds } = await receivePart(live, signal);
    display.done(
      `Live video: a part of ${prettyBytes(bytes)} is with a viewer ${Math.round(milliseconds)} ms after its last picture`,
    );
    return live;
  } catch (error) {
    live.stop();
    await live.ended.catch(() => {});
    throw error;
  }
}

function tellPlaces(
  { outbox, inbox }: DemoFolder,
  { bootstrapServers }: RunningBroker,
  { url }: Live,
  once: boolean,
  display: Display,
): void {
  display.line();
  display.line(`Source  ${outbox}`);
  display.line(`Copy    ${join(inbox, uploader)}`);
  display.line(`Live    ${url}/`);
  display.line();
  if (once) return;
  display.heading('Try next: open the live page in a browser, rewind it; and in another terminal');
  display.line(`cp -r ~/Pictures ${outbox}`);
  display.line(`npm run -s sluice -- list --topic ${topic} --bootstrap-servers ${bootstrapServers}`);
  display.line(`kcat -b ${bootstrapServers} -t ${topic} -C -e -q -f '%p %o %h\\n' | head`);
  display.line();
  display.note('Watching for what you copy in. Ctrl-C ends the demo; the files stay.');
  display.line();
}

/** Failures and waits at any time; single files only once the user copies them in. */
function tell(event: UploadEvent | DownloadEvent, watching: boolean, display: Display): void {
  switch (event.type) {
    case 'sent':
      if (watching) display.line(`↑ ${event.path}  ${prettyBytes(event.size)}`);
      break;
    case 'received':
      if (watching) display.done(`${event.target}  ${prettyBytes(event.size)}, verified`);
      break;
    case 'not-sent':
      if (!event.again) display.failed(`${event.path}: ${event.reason}`);
      break;
    case 'failed':
      display.failed(`${event.path}: ${event.message}`);
      break;
    case 'waiting':
    case 'resumed':
    case 'warning':
      display.note(event.message);
      break;
  }
}
