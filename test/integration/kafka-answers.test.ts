/** Error codes that a broker may answer with: what they prove, and what they end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appendTexts, readAll, readTopic } from '../contracts/kafka/ground.ts';
import { startMember } from '../contracts/kafka/member.ts';
import { answerWith, apis, codeAt } from '../support/answer-codes.ts';
import { proxiedBroker } from '../support/proxied-broker.ts';
import { uniqueName, uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

const unknownServerError = -1;
const unknownTopic = 3;
/** No release of Kafka has it. */
const codeOfTheFuture = 32_000;

test('Answers that do not prove anything', async (t) => {
  const { proxy, client, witness } = await proxiedBroker(t);

  for (const code of [unknownServerError, codeOfTheFuture]) {
    await t.test(
      `What was appended stands once, where it is said to, whatever code ${code} says`,
      async () => {
        const topic = uniqueTopic();
        const kafka = client();
        await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
        const producer = kafka.producer();
        let answers = 0;
        proxy.rewrite = (apiKey, body) => {
          if (apiKey !== apis.produce) return;
          answers += 1;
          if (answers % 3 === 1) answerWith(code, apiKey, body);
        };
        const texts = Array.from({ length: 40 }, (_, index) => `${code}: ${index}`);
        const places: Promise<number>[] = [];
        for (const text of texts) {
          // One after the other into the queue, so that they travel in many batches.
          places.push(producer.append(topic, 0, { value: Buffer.from(text) }).then(({ offset }) => offset));
          await new Promise(setImmediate);
        }
        const offsets = await Promise.all(places);
        proxy.rewrite = undefined;
        const read = await readTopic(witness(), topic);
        assert.deepEqual(
          read.map(({ text }) => text),
          texts,
        );
        for (const [index, offset] of offsets.entries()) assert.ok(offset === index || offset === -1);
      },
    );
  }

  await t.test('A broker that names a replica again and again is no reason to ask all the time', async () => {
    const topic = uniqueTopic();
    await witness().createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
    await witness()
      .producer()
      .append(topic, 0, { value: Buffer.from('a') });
    let answers = 0;
    proxy.rewrite = (apiKey, body) => {
      if (apiKey !== apis.fetch || body[11] !== 2) return;
      answers += 1;
      // Behind the error code: three offsets, and no aborted transactions.
      body.writeInt32BE(1, codeAt(apiKey, body)! + 2 + 3 * 8 + 1);
    };
    const until = new Map([[0, 1]]);
    const reading = readAll(client(), { topic, from: new Map([[0, 0]]), until });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    assert.ok(answers < 30, `${answers} answers in 2 s`);
    proxy.rewrite = undefined;
    assert.deepEqual(
      (await reading).map(({ text }) => text),
      ['a'],
    );
  });

  await t.test('A leader that calls its log cut again and again is not believed for ever', async () => {
    const topic = uniqueTopic();
    const producer = witness().producer();
    await witness().createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
    await appendTexts(producer, topic, 0, ['a', 'b', 'c']);
    // In the place of the partition's tags: a diverging epoch 0 that ends at 0.
    const tags = Buffer.from([1, 0, 13, ...Buffer.alloc(13), 0, 0]);
    proxy.replace = (apiKey, body) =>
      apiKey === apis.fetch && body[11] === 2 ? Buffer.concat([body.subarray(0, -3), tags]) : undefined;
    const cuts: unknown[] = [];
    const texts = new Set<string>();
    const reading = { topic, from: new Map([[0, 0]]), onCut: (cut: unknown) => cuts.push(cut) };
    for await (const { records, release } of client().consumer(reading)) {
      for (const { value } of records) texts.add(Buffer.from(value!).toString());
      release();
      if (cuts.length === 1) void appendTexts(producer, topic, 0, ['d']);
      if (cuts.length > 20 || (cuts.length > 2 && texts.has('e'))) break;
      if (cuts.length === 8) void appendTexts(producer, topic, 0, ['e']);
    }
    proxy.replace = undefined;
    assert.ok(cuts.length <= 8, `${cuts.length} cuts`);
    assert.deepEqual([...texts].sort(), ['a', 'b', 'c', 'd', 'e']);
  });

  await t.test('No single answer ends a reader, a commit, a member or a question', async (t) => {
    const kafka = witness();
    const changed: readonly (readonly [api: keyof typeof apis, code: number])[] = [
      ['fetch', unknownServerError],
      ['fetch', codeOfTheFuture],
      ['offsetCommit', unknownServerError],
      ['offsetCommit', unknownTopic],
      ['offsetFetch', unknownServerError],
      ['findCoordinator', unknownServerError],
      ['joinGroup', unknownServerError],
      ['syncGroup', unknownServerError],
      ['heartbeat', unknownServerError],
      ['listOffsets', unknownServerError],
      ['offsetForLeaderEpoch', unknownServerError],
      ['offsetForLeaderEpoch', unknownTopic],
      ['initProducerId', unknownServerError],
      ['createTopics', unknownServerError],
      ['describeConfigs', unknownServerError],
    ];
    for (const [api, code] of changed) {
      const place = `${api} answered with ${code}`;
      let lies = 0;
      proxy.rewrite = (apiKey, body) => {
        if (apiKey === apis[api] && lies < 1 && answerWith(code, apiKey, body)) lies += 1;
      };
      const topic = uniqueTopic();
      const group = uniqueName('group');
      const under = client();
      await under.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
      await under.producer().append(topic, 0, { value: Buffer.from('a') });
      assert.equal((await under.describeTopic(topic))?.maxMessageBytes, 1_048_588, place);
      const from = await under.offsets(topic, 'earliest');
      const read = await readAll(under, { topic, from, until: new Map([[0, 1]]) });
      assert.equal(read.length, 1, place);
      await under.commit(group, topic, new Map([[0, { offset: 1, metadata: 'm' }]]));
      assert.equal((await under.committed(group, topic)).get(0)?.offset, 1, place);
      const agreed = await under.agreement(topic, new Map([[0, [[0, 0] as const]]]));
      assert.deepEqual([...agreed], [[0, 1]], place);
      const member = startMember(t, under, { topic, group: `${group}-2` });
      await waitFor(() => member.read.length === 1, { what: place });
      await waitFor(() => lies === 1, { what: `${place}, at all` });
      await member.close();
      assert.equal((await kafka.committed(`${group}-2`, topic)).get(0)?.offset, 1, place);
      await under.close();
    }
    proxy.rewrite = undefined;
  });
});

test('Answers that are final, or become so', async (t) => {
  const { proxy, client, witness } = await proxiedBroker(t);
  const kafka = witness();
  const topic = uniqueTopic();
  await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  await kafka.producer().append(topic, 0, { value: Buffer.from('a') });
  let answers = 0;
  /** From now on, answers of this API carry the code. */
  const answer = (api: keyof typeof apis, code: number, most = Number.POSITIVE_INFINITY) => {
    answers = 0;
    proxy.rewrite = (apiKey, body) => {
      if (apiKey === apis[api] && answers < most && answerWith(code, apiKey, body)) answers += 1;
    };
  };
  const reading = { topic, from: new Map([[0, 0]]), until: new Map([[0, 1]]) };

  await t.test('What a broker cannot read is asked for again, and not for ever', async () => {
    answer('fetch', 2, 2);
    assert.equal((await readAll(client(), reading)).length, 1);
    answer('fetch', 2);
    await assert.rejects(readAll(client(), reading), { name: 'KafkaError', kind: 'corrupt' });
  });

  await t.test('What always arrives damaged is given up', async () => {
    answer('produce', 2);
    const appending = client()
      .producer()
      .append(topic, 0, { value: Buffer.from('b') });
    // The broker of this test has appended it, but tells of damage, as it would before it appends.
    await assert.rejects(appending, { name: 'KafkaError', kind: 'corrupt' });
    assert.equal(answers, 5);
  });

  await t.test('A refusal of the client costs one round trip, however many records wait', async () => {
    answer('produce', 29);
    const producer = client().producer();
    const appends = Array.from({ length: 500 }, () => producer.append(topic, 0, { value: Buffer.from('c') }));
    for (const outcome of await Promise.allSettled(appends))
      assert.ok(outcome.status === 'rejected' && outcome.reason.kind === 'unauthorized');
    assert.ok(answers <= 2, `${answers} round trips`);
  });

  await t.test('A configuration that may not be read, for whatever reason, is not known', async () => {
    for (const code of [44, 91, 35, 31, -1]) {
      answer('describeConfigs', code);
      const { maxMessageBytes, config } = (await client().describeTopic(topic))!;
      assert.deepEqual([maxMessageBytes, config], [undefined, {}], String(code));
      assert.equal(answers, code === 44 || code === 91 || code === -1 ? 5 : 1);
    }
  });

  await t.test('A topic that is not there has no positions to commit', async () => {
    proxy.rewrite = undefined;
    for (const [name, partition] of [
      [uniqueTopic(), 0],
      [topic, 7],
    ] as const) {
      const committing = client().commit('group', name, new Map([[partition, { offset: 1, metadata: '' }]]));
      await assert.rejects(committing, { name: 'KafkaError', kind: 'unknown-topic' });
    }
  });

  await t.test('A broker that never knows its producer is asked in peace, and then refused', async () => {
    const codes = [45, 47, 59];
    const topics = codes.map(() => uniqueTopic());
    /** Topic id, as the answer has it -> the code that it is answered with. */
    const codeOf = new Map<string, number>();
    for (const [index, name] of topics.entries()) {
      await kafka.createTopic({ name, partitions: 1, replicationFactor: 1 });
      codeOf.set((await kafka.describeTopic(name))!.id.replaceAll('-', ''), codes[index]!);
    }
    const counts = new Map<number, number>();
    proxy.rewrite = (apiKey, body) => {
      const code = apiKey === apis.produce ? codeOf.get(body.toString('hex', 2, 18)) : undefined;
      if (code === undefined || !answerWith(code, apiKey, body)) return;
      counts.set(code, (counts.get(code) ?? 0) + 1);
    };
    const refused = { name: 'KafkaError', kind: 'unsupported', message: /Idempotence is not supported/ };
    await Promise.all(
      topics.map(async (name) => {
        const producer = client().producer();
        await assert.rejects(producer.append(name, 0, { value: Buffer.from('d') }), refused);
      }),
    );
    assert.deepEqual([...counts.values()], [8, 8, 8]);
  });

  await t.test('A broker that cannot say what it has of a producer is not asked', async () => {
    let produced = 0;
    proxy.rewrite = (apiKey, body) => {
      if (apiKey === apis.apiVersions) {
        // The list of (API, oldest, newest), from behind the error on.
        for (let at = 3; at + 7 <= body.byteLength; at += 7) {
          if (body.readInt16BE(at) === apis.describeProducers) body.writeInt16BE(0x7f00, at);
        }
      }
      if (apiKey !== apis.produce) return;
      produced += 1;
      answerWith(produced === 1 ? unknownServerError : 45, apiKey, body);
    };
    const before = proxy.answered(apis.describeProducers);
    const appending = client()
      .producer()
      .append(topic, 0, { value: Buffer.from('e') });
    await assert.rejects(appending, { name: 'KafkaError', kind: 'invalid', message: /They may be there/ });
    assert.equal(proxy.answered(apis.describeProducers), before);
  });

  await t.test('A batch that is always cut short is told of, and asked for in peace', async () => {
    let fetches = 0;
    proxy.rewrite = (apiKey, body) => {
      // Behind the partition's numbers and the length of its records, a batch begins with its offset and its length.
      if (apiKey !== apis.fetch || body[11] !== 2) return;
      const records = body.subarray(64);
      const length = records[0]! < 0x80 ? 1 : 2;
      if (records.byteLength < length + 61) return;
      fetches += 1;
      records.writeInt32BE(1_000_000, length + 8);
    };
    const told: string[] = [];
    const kafka = client({ onStatus: ({ message }) => told.push(message) });
    const read = readAll(kafka, reading);
    await waitFor(() => told.length > 0);
    assert.match(told[0]!, /has no whole batch at offset 0/);
    assert.ok(fetches < 20, `${fetches} fetches`);
    proxy.rewrite = undefined;
    assert.equal((await read).length, 1);
  });
});
