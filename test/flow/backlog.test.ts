/** What an uploader has found and is not acknowledged is its backlog, whichever room it is in. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ProgressEvent } from '../../src/files/shared/events.ts';
import type { UploadOptions } from '../../src/files/shared/options.ts';
import type { Source } from '../../src/stores/contract.ts';
import { systemError } from '../../src/stores/memory/system-error.ts';
import { faultyKafka } from '../support/faulty-kafka.ts';
import { faultySource } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { waitFor } from '../support/wait.ts';

/** An uploader that watches, whose records of files wait until `open` is called. */
async function held(t: TestContext, options: Partial<UploadOptions> = {}, of?: (source: Source) => Source) {
  const flow = new Flow({ maxMessageBytes: 20_000 });
  await flow.prepare(flow.cluster.client());
  const gate = Promise.withResolvers<void>();
  const kafka = faultyKafka(flow.cluster.client(), (topic) =>
    topic === flow.topic ? gate.promise : undefined,
  );
  const stop = new AbortController();
  let last: ProgressEvent | undefined;
  const begin = () => {
    const up = flow.up(
      {
        ...{ once: false, scanInterval: 50, signal: stop.signal, packBelow: 5000, bufferBytes: 1 << 20 },
        onEvent: (event) => {
          flow.uploadEvents.push(event);
          if (event.type === 'progress') last = event;
        },
        ...options,
      },
      { kafka, source: of?.(flow.source) ?? flow.source },
    );
    t.after(async () => {
      stop.abort();
      gate.resolve();
      await up;
    });
  };
  const isOpen = (files: number, bytes: number) => () =>
    last?.filesOpen === files && last.bytesTotal - last.bytesDone === bytes;
  return {
    flow,
    begin,
    isOpen,
    open: gate.resolve,
    age: () => Date.now() - (last?.oldestOpen ?? Date.now()),
  };
}

test('What waits in packs, whole files, and for its acknowledgement is open', async (t) => {
  const { flow, begin, isOpen, open, age } = await held(t);
  for (let index = 0; index < 30; index++) flow.source.write(`small/${index}`, noise(1000));
  for (let index = 0; index < 5; index++) flow.source.write(`large/${index}`, noise(10_000));
  begin();
  await waitFor(isOpen(35, 80_000), { what: 'all that was found to be open' });
  flow.source.write('later', noise(500));
  await waitFor(isOpen(36, 80_500), { what: 'what comes while Kafka is away to be open' });
  assert.ok(age() > 0);
  open();
  await waitFor(isOpen(0, 0), { what: 'nothing to be open' });
  assert.equal(age(), 0);
});

test('A file that is tried again is open all the time, and one that is given up is not', async (t) => {
  let isLocked = true;
  const lock = (source: Source): Source =>
    faultySource(source, ({ method }) => {
      if (method === 'open' && isLocked) throw systemError('EACCES', 'it is locked');
    });
  const { flow, begin, isOpen, open } = await held(t, { packBelow: 0 }, lock);
  open();
  flow.source.write('locked', noise(100));
  begin();
  await waitFor(() => flow.uploadEvents.filter(({ type }) => type === 'not-sent').length >= 2);
  await waitFor(isOpen(1, 100), { what: 'a file that is tried again to be open' });
  isLocked = false;
  await waitFor(isOpen(0, 0), { what: 'nothing to be open' });
  isLocked = true;
  const once = await held(t, { once: true, packBelow: 0 }, lock);
  once.open();
  once.flow.source.write('locked', noise(100));
  once.begin();
  await waitFor(() => once.flow.uploadEvents.some((event) => event.type === 'not-sent' && !event.again));
  await waitFor(once.isOpen(0, 0), { what: 'what was given up to be closed' });
});
