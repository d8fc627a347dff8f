/** The way to a bucket: where credentials come from, what is refused, and that nothing is tried twice. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openS3Store, type S3Store } from '../../src/stores/s3/client.ts';
import { loadS3Sdk } from '../../src/stores/s3/load.ts';
import type { S3Options } from '../../src/stores/s3/options.ts';
import { isAway } from '../../src/stores/store-fault.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type RunningS3, startS3 } from '../support/s3.ts';

/** AWS's own variables, for the length of a test. */
function setEnvironment(t: TestContext, variables: Readonly<Record<string, string>>): void {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true' }, variables);
  t.after(() => {
    process.env = before;
  });
}

function list(store: S3Store): Promise<unknown> {
  return store.ask('list', undefined, (client) =>
    client.send(new store.sdk.ListObjectsV2Command({ ...store.common })),
  );
}

async function storeOf(s3: RunningS3, options: S3Options = {}, bucket?: string): Promise<S3Store> {
  const name = bucket ?? (await s3.bucket());
  return openS3Store({ store: 's3', bucket: name, prefix: '', url: `s3://${name}` }, options);
}

test('Endpoint, region and keys come from the environment, or from a profile', async (t) => {
  const s3 = await startS3(t);
  setEnvironment(t, s3.environment);
  await list(await storeOf(s3));
  const folder = await temporaryFolder(t);
  const [config, credentials] = [join(folder, 'config'), join(folder, 'credentials')];
  const services = `[services local]\ns3 =\n  endpoint_url = ${s3.endpoint}\n`;
  await writeFile(config, `[profile films]\nregion = ${s3.region}\nservices = local\n${services}`);
  const keys = (secret: string): string =>
    `[films]\naws_access_key_id = ${s3.accessKeyId}\naws_secret_access_key = ${secret}\n`;
  await writeFile(credentials, keys(s3.secretAccessKey));
  const files = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials };
  setEnvironment(t, { AWS_PROFILE: 'films', ...files });
  await list(await storeOf(s3));
});

test('What only the user can mend says how', async (t) => {
  const s3 = await startS3(t, 'versitygw');
  setEnvironment(t, s3.environment);
  const refused = (options: S3Options, message: RegExp, bucket?: string) =>
    assert.rejects(
      storeOf(s3, options, bucket).then(list),
      (error: Error & { exitCode?: number }) =>
        error.name === 'ConfigurationError' && message.test(error.message) && !/a-secret/.test(error.message),
    );
  await refused({}, /there is no bucket no-such-bucket at http/, 'no-such-bucket');
  await refused({ region: 'us-west-2' }, /--s3-region eu-west-1/);
  await refused({ anonymous: true }, /leave --s3-anonymous away/);
  await refused({ endpoint: 'ftp://host' }, /no URL of a server/);
  await refused({ endpoint: 'http://me:a-secret@host' }, /has keys in it/);
  for (const name of ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'])
    for (const junk of ['minio', 'minio:9000']) {
      setEnvironment(t, { AWS_ACCESS_KEY_ID: 'AKIDNOBODY', AWS_SECRET_ACCESS_KEY: 'a-secret', [name]: junk });
      await refused({}, new RegExp(`\\(${name}\\) is no URL of a server`), 'bucket');
    }
  const profile = join(await temporaryFolder(t), 'config');
  await writeFile(profile, '[default]\nendpoint_url = minio\n');
  setEnvironment(t, {
    AWS_ACCESS_KEY_ID: 'AKIDNOBODY',
    AWS_SECRET_ACCESS_KEY: 'a-secret',
    AWS_CONFIG_FILE: profile,
  });
  await refused({}, /no URL of a server/, 'bucket');
  setEnvironment(t, { ...s3.environment, AWS_SECRET_ACCESS_KEY: 'a-secret-of-others' });
  await refused({}, /credentials are not right \(SignatureDoesNotMatch\)/);
  setEnvironment(t, { AWS_ENDPOINT_URL_S3: s3.endpoint, AWS_SHARED_CREDENTIALS_FILE: '/nowhere' });
  await refused({ region: s3.region }, /there are no AWS credentials/);
});

test('Buckets stand in the names of hosts, but in the path with a server of a house, or where it is asked for', async (t) => {
  setEnvironment(t, { AWS_ACCESS_KEY_ID: 'AKIDNOBODY', AWS_SECRET_ACCESS_KEY: 'a-secret' });
  const place = { store: 's3', bucket: 'bucket', prefix: '', url: 's3://bucket' } as const;
  const table: [options: S3Options, isPath: boolean][] = [
    [{}, false],
    [{ pathStyle: true }, true],
    [{ endpoint: 'https://s3.example.com' }, false],
    [{ endpoint: 'https://s3.example.com', pathStyle: true }, true],
    [{ endpoint: 'http://minio:9000' }, true],
    [{ endpoint: 'http://minio' }, true],
    [{ endpoint: 'http://s3.example.com:9000', pathStyle: false }, true],
  ];
  for (const [options, isPath] of table) {
    const store = await openS3Store(place, options);
    const style = await store.ask('look at', undefined, async (client) => client.config.forcePathStyle);
    assert.equal(style, isPath, JSON.stringify(options));
  }
});

test('A server that is away, or busy, is asked once; what it says of when is kept', async (t) => {
  let requests = 0;
  const busy = createServer((_, response) => {
    requests++;
    response.writeHead(503, { 'retry-after': '3', 'content-type': 'application/xml' });
    response.end('<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>');
  });
  await new Promise<void>((resolve) => void busy.listen(0, '127.0.0.1', resolve));
  t.after(() => busy.close());
  const { port } = busy.address() as { port: number };
  setEnvironment(t, { AWS_ACCESS_KEY_ID: 'AKIDNOBODY', AWS_SECRET_ACCESS_KEY: 'a-secret' });
  const place = { store: 's3', bucket: 'bucket', prefix: '', url: 's3://bucket' } as const;
  const slow = await openS3Store(place, { endpoint: `http://127.0.0.1:${port}` });
  await assert.rejects(
    list(slow),
    (error) => isAway(error) && error.retryAfter === 3000 && /SlowDown/.test(error.message),
  );
  assert.equal(requests, 1);
  const away = await openS3Store(place, { endpoint: 'http://127.0.0.1:1' });
  await assert.rejects(list(away), (error) => isAway(error) && /ECONNREFUSED/.test(error.message));
});

test('Credentials that have expired are looked for anew', async (t) => {
  const folder = await temporaryFolder(t);
  const credentials = join(folder, 'credentials');
  const keys = (id: string): Promise<void> =>
    writeFile(credentials, `[default]\naws_access_key_id = ${id}\naws_secret_access_key = a-secret\n`);
  await keys('AKIDOLD');
  const server = createServer((request, response) => {
    const isNew = /Credential=AKIDNEW\//.test(request.headers.authorization ?? '');
    response.writeHead(isNew ? 200 : 400, { 'content-type': 'application/xml' });
    response.end(
      isNew
        ? '<ListBucketResult><Name>bucket</Name></ListBucketResult>'
        : '<Error><Code>ExpiredToken</Code><Message>expired</Message></Error>',
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  setEnvironment(t, { AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_CONFIG_FILE: '/nowhere' });
  const place = { store: 's3', bucket: 'bucket', prefix: '', url: 's3://bucket' } as const;
  const store = await openS3Store(place, { endpoint: `http://127.0.0.1:${port}` });
  await assert.rejects(
    list(store),
    (error) => isAway(error) && /expired \(ExpiredToken\)/.test(error.message),
  );
  await assert.rejects(list(store), isAway);
  await keys('AKIDNEW');
  await list(store);
});

test('Credentials that could be had before are waited for, and looked for anew', async (t) => {
  // What a container asks for its role: credentials that are over as soon as they are used.
  let isAway = false;
  const server = createServer(({ url }, response) => {
    if (url !== '/role') return void response.end('<ListBucketResult><Name>bucket</Name></ListBucketResult>');
    const Expiration = new Date(Date.now() - 1000).toISOString();
    const role = { AccessKeyId: 'AKIDROLE', SecretAccessKey: 'a-secret', Token: 'a-token', Expiration };
    response.writeHead(isAway ? 400 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isAway ? { Code: 'away' } : role));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  setEnvironment(t, {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint}/role`,
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    AWS_CONFIG_FILE: '/nowhere',
  });
  const place = { store: 's3', bucket: 'bucket', prefix: '', url: 's3://bucket' } as const;
  const store = await openS3Store(place, { endpoint });
  t.after(() => store.close());
  await list(store);
  isAway = true;
  await assert.rejects(list(store), {
    name: 'StoreFault',
    scope: 'sink',
    message: /no credentials can be had/,
  });
  isAway = false;
  await list(store);
});

test('Without the library, it is said how to install it', async () => {
  await assert.rejects(loadS3Sdk('@nobody/has-this'), {
    name: 'ConfigurationError',
    message: /^s3:\/\/ needs a package that is not installed: npm install @aws-sdk\/client-s3/,
  });
});
