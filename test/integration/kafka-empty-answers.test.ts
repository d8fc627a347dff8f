/** Answers to a fetch that are of no partition: a quota's, and those of brokers that forget what they were asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appendTexts, readAll } from '../contracts/kafka/ground.ts';
import { apis } from '../support/answer-codes.ts';
import { proxiedBroker } from '../support/proxied-broker.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

/** Tags, so many milliseconds to be quiet, no error, no session, no topic, tags. */
function empty(throttleMs: number): Buffer {
  return Buffer.from([0, 0, 0, 0, throttleMs, 0, 0, 0, 0, 0, 0, 1, 0]);
}

test('Answers of no partition', async (t) => {
  const { proxy, client, witness } = await proxiedBroker(t);
  const topic = uniqueTopic();
  await witness().createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  await appendTexts(witness().producer(), topic, 0, ['a']);

  await t.test('A quota that has emptied them is no failure, however many they are', async () => {
    let left = 12;
    proxy.replace = (apiKey) => {
      if (apiKey !== apis.fetch || left === 0) return undefined;
      left -= 1;
      return empty(1);
    };
    const statuses = new Set<string>();
    const kafka = client({ giveUpAfter: 300, onStatus: ({ state }) => statuses.add(state) });
    const texts: string[] = [];
    const end = await kafka.readToEnd(topic, 0, 0, ({ value }) => texts.push(Buffer.from(value!).toString()));
    assert.deepEqual([end, texts, left], [1, ['a'], 0]);
    assert.deepEqual([...statuses], ['throttled']);
  });

  await t.test('A broker that forgets what it was asked is asked in peace, and that is told', async () => {
    let fetches = 0;
    proxy.replace = (apiKey) => {
      if (apiKey !== apis.fetch) return undefined;
      fetches += 1;
      return empty(0);
    };
    const told: string[] = [];
    const kafka = client({ onStatus: ({ message }) => told.push(message) });
    const read = readAll(kafka, { topic, from: new Map([[0, 0]]), until: new Map([[0, 1]]) });
    await waitFor(() => told.length > 0 || fetches > 1000);
    proxy.replace = undefined;
    assert.ok(fetches < 20, `${fetches} fetches`);
    assert.match(told[0]!, /says nothing of partition 0 at offset 0/);
    assert.equal((await read).length, 1);
  });

  await t.test(
    'Partitions without news are named once, and what comes to any of them arrives once',
    async () => {
      const many = uniqueTopic();
      const partitions = 60;
      await witness().createTopic({ name: many, partitions, replicationFactor: 1 });
      const producer = witness().producer();
      const all = Array.from({ length: partitions }, (_, partition) => partition);
      const append = (text: string) =>
        Promise.all(all.map((partition) => appendTexts(producer, many, partition, [text])));
      let sizes: number[] = [];
      let forget = false;
      proxy.replace = (apiKey, body) => {
        if (apiKey !== apis.fetch) return undefined;
        sizes.push(body.byteLength);
        if (!forget || body.byteLength > 100) return undefined;
        forget = false;
        const answer = Buffer.from(body);
        // Behind the tags and the time to be quiet: no such session.
        answer.writeInt16BE(70, 1 + 4);
        return answer;
      };
      const stop = new AbortController();
      const texts: string[] = [];
      const reading = (async () => {
        const from = new Map(all.map((partition) => [partition, 0]));
        for await (const { partition, records, release } of client().consumer({
          topic: many,
          from,
          signal: stop.signal,
        })) {
          texts.push(...records.map(({ value }) => `${partition} ${Buffer.from(value!)}`));
          release();
        }
      })();
      const quiet = async () => {
        sizes = [];
        await waitFor(() => sizes.length > 2 && sizes.slice(-2).every((size) => size < 100));
      };
      await quiet();
      await append('a');
      await waitFor(() => texts.length >= partitions);
      await quiet();
      await appendTexts(producer, many, 7, ['b']);
      await waitFor(() => texts.includes('7 b'));
      forget = true;
      await waitFor(() => !forget);
      await append('c');
      await waitFor(() => texts.length >= 2 * partitions + 1);
      stop.abort();
      await reading;
      proxy.replace = undefined;
      assert.deepEqual(texts.sort(), [...all.flatMap((one) => [`${one} a`, `${one} c`]), '7 b'].sort());
    },
  );
});
