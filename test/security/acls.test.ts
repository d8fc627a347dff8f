/** Minimal rights, as docs/acls.md has them: with exactly these each verb does its work, and with one less it says which. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { RunningBroker } from '../../src/broker/broker.ts';
import { createConsoleModel } from '../../src/console/model/model.ts';
import { serve } from '../../src/delivery/serve.ts';
import { cat } from '../../src/files/cat.ts';
import { download } from '../../src/files/download.ts';
import { list } from '../../src/files/list.ts';
import type { DownloadEvent, UploadEvent } from '../../src/files/shared/events.ts';
import { upload } from '../../src/files/upload.ts';
import { createKafka } from '../../src/kafka/client.ts';
import type { ClientProperties } from '../../src/kafka/properties.ts';
import { ingest } from '../../src/live/ingest/ingest.ts';
import { addKey } from '../../src/live/ingest/keys/manage-keys.ts';
import { publishFrom } from '../../src/live/publish/publish-run.ts';
import { openLiveTopics } from '../../src/live/topics.ts';
import { noise } from '../support/bytes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { initOf, manualSource } from '../support/live-stream.ts';
import { parts } from '../support/publisher.ts';
import { waitFor } from '../support/wait.ts';
import { startWithRights } from './acls/cluster.ts';
import { type Right, type Role, rightsOf, rightText } from './acls/rights.ts';

const roles: readonly Role[] = [
  'Uploader',
  'Downloader',
  'Reader',
  'Publisher',
  'Ingest',
  'Server',
  'Console',
];
/** What a role has beside its own table. */
const basisOf = (role: Role): readonly Right[] => (role === 'Ingest' ? rightsOf('Publisher') : []);
const neededBy = (role: Role): readonly Right[] => rightsOf(role).filter(({ isNeeded }) => isNeeded);

/** In place of a right on a topic stands Describe alone: Read and Write would bring it along. */
function without(rights: readonly Right[], missing: Right): Right[] {
  const others = rights.filter((right) => right !== missing);
  return missing.kind === 'Group' ? others : [...others, { ...missing, operation: 'Describe' }];
}

const less = (role: Role, index: number): string => `${role}-${index}`;

// Most of this is waiting for the broker.
describe('Rights on a cluster with ACLs', { concurrency: 4 }, () => {
  let broker: RunningBroker;
  const as = (user: string): ClientProperties => ({
    'bootstrap.servers': broker.listeners.SASL!,
    'security.protocol': 'SASL_PLAINTEXT',
    'sasl.mechanism': 'PLAIN',
    'sasl.username': user,
    'sasl.password': `${user}-secret`,
  });
  const administrator = (): ClientProperties => ({ 'bootstrap.servers': broker.bootstrapServers });

  before(async () => {
    const uploaderOf = (topic: string): Right[] =>
      rightsOf('Uploader').map((right) => ({ ...right, name: right.name.replace('files', topic) }));
    const create = (name: string): Right => ({ ...uploaderOf(name)[0]!, operation: 'Create', name });
    const users = new Map<string, readonly Right[]>([
      ['nobody', []],
      ['maker', [...uploaderOf('made'), create('made'), create('made.state')]],
      ['half-maker', [...uploaderOf('half'), create('half')]],
    ]);
    for (const role of roles) {
      const needed = neededBy(role);
      const basis = basisOf(role);
      users.set(role, [...basis, ...needed]);
      users.set(`${role}-all`, [...basis, ...rightsOf(role)]);
      for (const [index, right] of needed.entries())
        users.set(less(role, index), [...basis, ...without(needed, right)]);
    }
    broker = await startWithRights(users);
    const kafka = createKafka({ properties: administrator() });
    await openLiveTopics(kafka, 'live', { partitions: 1, replicationFactor: 1 });
    await kafka.close();
    await addKey({ kafka: administrator(), topic: 'live', stream: 'cam', replicationFactor: 1 });
    await sendFiles(administrator(), 'before', 'files');
  });
  after(() => broker?.stop());

  /** What each role does, as a user; resolves when all of it has worked. */
  const work: Readonly<Record<Role, (t: TestContext, user: string) => Promise<void>>> = {
    async Uploader(_t, user) {
      await sendFiles(as(user), user, 'files');
    },
    async Downloader(t, user) {
      const told: DownloadEvent[] = [];
      const to = await temporaryFolder(t);
      const options = { once: true, topic: 'files', to, kafka: as(user), name: user, giveUpAfter: 20_000 };
      const onEvent = (event: DownloadEvent): void => void told.push(event);
      const { files, failed } = await download({ ...options, onEvent });
      assert.ok(files >= 2 && failed === 0);
      // What others are sending meanwhile may be half there when this one is done.
      const warnings = told.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
      assert.deepEqual(
        warnings.filter((message) => !message.includes('is not complete on the topic yet')),
        [],
      );
      // The position was committed: nothing is read twice, though others go on sending.
      await download({ ...options, onEvent });
      const received = told.flatMap((event) => (event.type === 'received' ? [event.upload] : []));
      assert.equal(new Set(received).size, received.length);
    },
    async Reader(_t, user) {
      const options = { topic: 'files', kafka: as(user), giveUpAfter: 20_000 };
      const files = await Array.fromAsync(list(options));
      assert.ok(files.length >= 2);
      const pieces: Uint8Array[] = [];
      for await (const piece of cat({ ...options, file: 'before/large' })) pieces.push(Buffer.from(piece));
      assert.equal(Buffer.concat(pieces).length, 3_000_000);
    },
    async Publisher(_t, user) {
      // Twice: the second run reads what the first has left.
      for (const _run of [1, 2]) {
        const kafka = createKafka({ properties: as(user), giveUpAfter: 20_000 });
        try {
          const source = manualSource();
          const done = publishFrom(kafka, source, { stream: user, leaseDuration: 1000, topic: 'live' });
          done.catch(() => {});
          const isOver = done.then(() => true);
          await Promise.race([waitFor(() => source.runs[0]), isOver]);
          source.runs[0]?.give(initOf('main'), ...parts(0, 25));
          source.runs[0]?.end();
          const { segments, gaps } = await done;
          assert.ok(segments >= 2 && gaps === 0);
        } finally {
          await kafka.close();
        }
      }
    },
    async Ingest(_t, user) {
      const stop = new AbortController();
      const { signal } = stop;
      const kafka = as(user);
      const running = await ingest({ kafka, topic: 'live', host: '127.0.0.1', rtmpPort: 0, signal });
      stop.abort();
      await running.ended;
    },
    async Console(t, user) {
      const model = await createConsoleModel({ kafka: as(user), topic: 'files', liveTopic: 'live' });
      t.after(() => model.close());
      // Without a right it shows nothing, says why, and goes on.
      if (user !== 'Console-all') {
        const trouble = await waitFor(() => model.trouble());
        if (user === 'nobody') throw new Error(trouble);
        return;
      }
      await waitFor(() => {
        const { uploaders, topics } = model.sections();
        return uploaders.length > 0 && topics.some(({ id, records }) => id === 'files' && records > 0);
      });
      assert.equal(model.trouble(), undefined);
    },
    async Server(_t, user) {
      const server = await serve({ kafka: as(user), topic: 'live', port: 0 });
      const ended = server.ended.then(() => assert.fail('the server has ended'));
      try {
        const hasStreams = async () => {
          const streams = await (await fetch(`${server.url}/api/streams`)).text();
          return streams.includes('Publisher');
        };
        await Promise.race([waitFor(hasStreams), ended]);
      } finally {
        ended.catch(() => {});
        await server.close();
      }
    },
  };

  test('Who may create the topics makes them, and who may not says which', async () => {
    await sendFiles(as('maker'), 'maker', 'made');
    const refused = { name: 'ConfigurationError', message: /ask for the right Create on Topic:half\.state/ };
    await assert.rejects(sendFiles(as('half-maker'), 'half-maker', 'half'), refused);
  });

  for (const role of roles) {
    test(`${role}: all works with exactly the rights that are needed, and with those that are useful too`, async (t) => {
      await work[role](t, role);
      await work[role](t, `${role}-all`);
    });

    neededBy(role).forEach((right, index) => {
      test(`${role}: without ${rightText(right)} it says so`, async (t) => {
        await assert.rejects(work[role](t, less(role, index)), (error: Error & { exitCode?: number }) => {
          assert.ok(error.message.includes(`Ask for the right ${rightText(right)}`), error.message);
          assert.equal(error.exitCode, 2);
          return true;
        });
      });
    });

    test(`${role}: without any right it says what comes first`, async (t) => {
      const error = await work[role](t, 'nobody').then(
        () => assert.fail('it worked'),
        (reason: Error) => reason,
      );
      assert.match(error.message, /Ask for the right Describe on Topic:(files|live)/);
    });
  }
});

/** Sends a small and a large file, and finds them sent; rejects with what is in the way. */
async function sendFiles(kafka: ClientProperties, name: string, topic: string): Promise<void> {
  const from = await mkdtemp(join(tmpdir(), 'sluice-acls-'));
  try {
    await writeFile(join(from, 'small'), noise(1000));
    await writeFile(join(from, 'large'), noise(3_000_000));
    const told: UploadEvent[] = [];
    const onEvent = (event: UploadEvent): void => void told.push(event);
    const options = {
      once: true,
      minAge: 0,
      topic,
      from,
      kafka,
      name,
      partitions: 1,
      giveUpAfter: 20_000,
      onEvent,
    };
    assert.equal((await upload(options)).files, 2);
    assert.equal((await upload(options)).unchanged, 2);
    const bad = told.filter(({ type }) => type === 'warning' || type === 'not-sent');
    assert.deepEqual(bad, []);
  } finally {
    await rm(from, { recursive: true });
  }
}
