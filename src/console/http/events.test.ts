import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { startConsole } from '../../../test/support/console.ts';
import { MadeModel } from '../../../test/support/made-model.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { EventStreams, eventLimits, eventText } from './events.ts';

/** An answer that takes so many bytes before its reader has to read. */
class Answer extends EventEmitter {
  readonly texts: string[] = [];
  isFull = false;
  isEnded = false;
  destroyed = false;

  writeHead(): this {
    return this;
  }

  write(text: string): boolean {
    this.texts.push(text);
    return !this.isFull;
  }

  end(): this {
    this.isEnded = true;
    return this;
  }

  destroy(): this {
    this.destroyed = true;
    this.emit('close');
    return this;
  }

  get events(): (string | undefined)[] {
    return this.texts
      .join('')
      .split('\n\n')
      .flatMap((text) => /^event: (\w+)$/m.exec(text)?.[1] ?? []);
  }
}

const point = (at: number) => ({ at, totals: new MadeModel().totals() });

test('A page is told all there is when it connects, and what happens from then on', async (t) => {
  const { url, model } = await startConsole(t);
  model.away = 'Kafka is away';
  const response = await new Promise<IncomingMessage>((resolve) => httpGet(`${url}api/events`, resolve));
  t.after(() => response.destroy());
  assert.equal(response.headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.match(String(response.headers['content-security-policy']), /default-src 'none'/);
  let text = '';
  response.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  await waitFor(() => text.includes('event: files'));
  assert.match(text, /^retry: 2000\nevent: snapshot\ndata: \{.*"trouble":"Kafka is away"\}\n\n/);
  model.tell('point', point(7));
  await waitFor(() => text.endsWith('}\n\n') && text.includes('event: point\ndata: {"at":7,'));
});

test('Whoever does not read gets no heap of events, but all there is once it reads again', () => {
  const model = new MadeModel();
  const waiting = 10 * eventText('point', point(0)).length;
  const streams = new EventStreams(model, { waiting });
  const [slow, quick] = [new Answer(), new Answer()];
  for (const answer of [slow, quick]) streams.open(answer as never, {}, () => true);
  slow.isFull = true;
  for (let round = 0; round < 1000; round += 1) model.tell('point', point(0));
  // One finds that nothing more is taken, and so many wait.
  const before = ['snapshot', 'files', ...Array.from({ length: 11 }, () => 'point')];
  assert.deepEqual(slow.events, before);
  assert.equal(quick.events.length, 1002);
  slow.isFull = false;
  slow.emit('drain');
  model.tell('point', point(0));
  assert.deepEqual(slow.events, [...before, 'snapshot', 'files', 'point']);
  streams.close();
  assert.ok(slow.isEnded && quick.isEnded);
  assert.equal(model.watchers, 0);
});

test('What is larger than a connection takes at once is sent once', () => {
  const model = new MadeModel();
  const streams = new EventStreams(model);
  const answer = new Answer();
  answer.isFull = true;
  streams.open(answer as never, {}, () => true);
  for (const at of [1, 2, 3]) {
    answer.emit('drain');
    model.tell('point', point(at));
  }
  assert.deepEqual(answer.events, ['snapshot', 'files', 'point', 'point', 'point']);
  streams.close();
});

test('Who reads nothing for long, and who may no more, is sent away', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const streams = new EventStreams(new MadeModel(), { patience: -1 });
  const [stuck, expired, good] = [new Answer(), new Answer(), new Answer()];
  stuck.isFull = true;
  streams.open(stuck as never, {}, () => true);
  streams.open(expired as never, {}, () => false);
  streams.open(good as never, {}, () => true);
  t.mock.timers.tick(eventLimits.beat);
  assert.ok(stuck.destroyed && expired.isEnded && !good.isEnded);
  assert.equal(good.texts.at(-1), ': \n\n');
  assert.equal(streams.size, 2);
  streams.close();
});

test('Who reads slowly is waited for as long as something is read', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const model = new MadeModel();
  const streams = new EventStreams(model, { patience: 0, piece: 1000 });
  const slow = new Answer();
  streams.open(slow as never, {}, () => true);
  const message = `!${'\u{1f6f7}'.repeat(2000)}`;
  const text = eventText('trouble', { message });
  slow.isFull = true;
  slow.texts.length = 0;
  model.tell('trouble', { message });
  model.tell('point', point(1));
  const all = [text, eventText('point', point(1))].join('');
  for (let taken = 0; taken < Math.ceil(text.length / 1000); taken += 1) {
    // Nobody is told how much of one write is taken before it is all of it.
    assert.ok(slow.texts.every(({ length }) => length <= 1001));
    slow.emit('drain');
    const { length } = slow.texts;
    t.mock.timers.tick(eventLimits.beat);
    // Words of ours that mean nothing are for those who have read all.
    assert.deepEqual([slow.destroyed, slow.texts.length], [false, length]);
  }
  const bytes = slow.texts.map((one) => Buffer.from(one));
  assert.equal(Buffer.concat(bytes).toString(), all, 'no character is cut in two');
  t.mock.timers.tick(eventLimits.beat);
  assert.ok(slow.destroyed);
  streams.close();
});

test('So many pages are told, and the next one is told to come later', async (t) => {
  const { url, server } = await startConsole(t);
  const streams = new EventStreams(new MadeModel(), { clients: 1 });
  assert.ok(streams.open(new Answer() as never, {}, () => true));
  assert.ok(!streams.open(new Answer() as never, {}, () => true));
  streams.close();
  assert.ok(!streams.open(new Answer() as never, {}, () => true));
  server.mounted.events.close();
  const late = await fetch(`${url}api/events`);
  assert.equal(late.status, 503);
  assert.equal(late.headers.get('retry-after'), '30');
});
