/** `npm run test:chart`: what values say, and options as well. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Manifest, render, tryRender, type Values } from './helm.ts';
import { faultsOf } from './models.ts';
import { workloadsOf } from './pods.ts';
import { understood } from './words.ts';

const kafka = { bootstrapServers: 'kafka:9092' };
const serve = { enabled: true };
const files = { enabled: true, topic: 'files' };
const uploader = { ...files, source: { hostPath: '/srv' } };

async function faultless(values: Values): Promise<readonly Manifest[]> {
  const objects = await render({ kafka, ...values });
  assert.deepEqual((await Promise.all(objects.map(faultsOf))).flat(), []);
  return objects;
}

const argsOf = (objects: readonly Manifest[], part: string): readonly string[] =>
  workloadsOf(objects).find(({ metadata }) => metadata.name.includes(part))!.spec.template.spec.containers[0]
    .args;

test('what a value has made a flag of is not said again by options', async () => {
  const page = { enabled: true, tokenKey: { existingSecret: 'key' } };
  const oidc = {
    issuer: 'https://id.example',
    clientId: 'sluice',
    roleClaim: 'role',
    roles: { ops: 'send' },
  };
  const ingress = { enabled: true, host: 'x.example' };
  const whip = { enabled: true, addresses: ['192.0.2.1'] };
  const table: readonly (readonly [Values, RegExp])[] = [
    [
      { console: { ...page, url: 'https://a', options: { url: 'https://b' } } },
      /console.options.url .* set url/,
    ],
    [{ console: { ...page, ingress, options: { url: 'https://b' } } }, /options.url .* set url/],
    [{ console: { ...page, options: { 'live-topic': 'b' } } }, /options.live-topic .* set liveTopic/],
    [
      { console: { ...page, oidc, options: { 'oidc-issuer': 'https://b' } } },
      /oidc-issuer .* set oidc.issuer/,
    ],
    [{ console: { ...page, oidc, options: { 'oidc-role-claim': 'b' } } }, /role-claim .* set oidc.roleClaim/],
    [
      { console: { ...page, tls: { existingSecret: 't' }, options: { 'tls-cert': '/b' } } },
      /tls-cert .* set tls/,
    ],
    [
      {
        console: { ...page, withServe: true, url: 'https://a' },
        serve: { ...serve, options: { url: 'https://b' } },
      },
      /serve.options.url .* set console.url/,
    ],
    [
      { console: { ...page, withServe: true }, serve: { ...serve, options: { 'files-topic': 'b' } } },
      /serve.options.files-topic .* set console.topic/,
    ],
    [
      { serve: { ...serve, watchKey: { existingSecret: 'k' }, options: { 'watch-key': '/b' } } },
      /watch-key .* set watchKey/,
    ],
    [{ ingest: { enabled: true, options: { 'rtmp-port': 1 } } }, /options.rtmp-port .* set rtmp/],
    [{ ingest: { enabled: true, options: { 'srt-port': 1 } } }, /options.srt-port .* set srt/],
    [
      { ingest: { enabled: true, jwtSecret: { existingSecret: 's' }, options: { 'jwt-secret-file': '/b' } } },
      /jwt-secret-file .* set jwtSecret/,
    ],
    [{ uploader: { ...uploader, options: { name: 'b' } } }, /uploader.options.name .* set name/],
    [
      {
        uploader: {
          ...files,
          kind: 'Deployment',
          source: { place: 's3://a' },
          options: { from: ['b=s3://b'] },
        },
      },
      /uploader.options.from .* set source/,
    ],
    [
      { downloader: { ...files, replicas: 2, options: { name: 'b' } } },
      /options.name: each replica needs a name/,
    ],
    [
      { downloader: { ...files, identity: { existingSecret: 'i' }, options: { identity: '/b' } } },
      /downloader.options.identity .* set identity/,
    ],
  ];
  for (const [values, sentence] of table) {
    const { code, stderr } = await tryRender({ kafka, ...values });
    assert.notEqual(code, 0, String(sentence));
    assert.match(stderr, sentence);
  }
  // What may be repeated counts from both.
  const objects = await faultless({
    kafka: { ...kafka, settings: { 'client.id': 'a' } },
    console: { ...page, oidc, options: { 'oidc-role': ['b=look'], property: ['retries=3'] } },
    ingest: { enabled: true, whip, options: { 'whip-address': ['192.0.2.2'] } },
  });
  const of = (part: string, flag: string) =>
    argsOf(objects, part).filter((_, index, all) => all[index - 1] === flag);
  assert.deepEqual(of('console', '--oidc-role'), ['ops=send', 'b=look']);
  assert.deepEqual(of('console', '--property'), ['client.id=a', 'retries=3']);
  assert.deepEqual(of('ingest', '--whip-address'), ['192.0.2.1', '192.0.2.2']);
});

test('several folders of a volume are sent by options, and nothing else beside them', async () => {
  const from = ['a=/from/a', 'b=/from/b'];
  const objects = await faultless({ uploader: { ...uploader, options: { from } } });
  const args = argsOf(objects, 'uploader');
  assert.deepEqual(
    args.filter((_, index) => args[index - 1] === '--from'),
    from,
  );
  const { from: places } = understood(args, {}).settings;
  assert.deepEqual(places, { a: '/from/a', b: '/from/b' });
  assert.match(JSON.stringify(objects), /"mountPath":"\/from"/);
});

test('ingest has the image of the same tag with FFmpeg, and one that is named by its digest for itself', async () => {
  const imageOf = async (image: object, own: object = {}) => {
    const objects = await faultless({ image, ingest: { enabled: true, image: own } });
    return workloadsOf(objects)[0]!.spec.template.spec.containers[0].image;
  };
  assert.match(await imageOf({}), /^sluice:[0-9.]+-ffmpeg$/);
  assert.equal(await imageOf({ tag: '2.0' }), 'sluice:2.0-ffmpeg');
  assert.equal(await imageOf({ tag: '2.0-ffmpeg' }), 'sluice:2.0-ffmpeg');
  const digest = `sha256:${'0'.repeat(64)}`;
  assert.equal(await imageOf({ tag: digest }, { tag: digest }), `sluice@${digest}`);
  const { code, stderr } = await tryRender({ kafka, image: { tag: digest }, ingest: { enabled: true } });
  assert.notEqual(code, 0);
  assert.match(stderr, /ingest.image.tag: image.tag is a digest.*name the one with FFmpeg/);
});
