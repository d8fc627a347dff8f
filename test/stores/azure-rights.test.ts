/** The rights of docs/stores.md: enough, and without any of them not enough. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import {
  type ContainerClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { accountOf } from '../../src/stores/azure/account.ts';
import { openSink, openSource } from '../../src/stores/open.ts';
import { id, look, partOf, publishedAs } from '../contracts/sink/ground.ts';
import { startAzure } from '../support/azure.ts';
import { Scope } from '../support/owner.ts';

const scope = new Scope();
after(() => scope.close());
const azure = await startAzure(scope);
for (const name of Object.keys(process.env)) if (name.startsWith('AZURE_')) delete process.env[name];

/** The letters of the page's table. */
async function pageRights(who: string): Promise<string> {
  const page = await readFile(new URL('../../docs/stores.md', import.meta.url), 'utf8');
  return (
    new RegExp(`^\\| ${who} \\| Storage Blob Data \\w+ \\| \`([a-z]+)\` \\|$`, 'm').exec(page)?.[1] ?? ''
  );
}

/** Whoever asks from now on has these rights on the container. */
function allow({ containerName }: ContainerClient, rights: string): void {
  const credential = new StorageSharedKeyCredential(azure.account, azure.key);
  const permissions = ContainerSASPermissions.parse(rights);
  const expiresOn = new Date(Date.now() + 3_600_000);
  const token = generateBlobSASQueryParameters(
    { containerName, permissions, expiresOn },
    credential,
  ).toString();
  process.env.AZURE_STORAGE_CONNECTION_STRING = `BlobEndpoint=${azure.endpoint()};SharedAccessSignature=${token}`;
  assert.equal(accountOf(process.env).credential.by, 'sas');
}

const refused = { name: 'ConfigurationError', exitCode: 2, message: /rights that docs\/stores\.md lists/ };

test('What the page allows an uploader is enough, and each right of it is needed', async () => {
  const container = await azure.container();
  await container.getBlockBlobClient('a').upload('x', 1);
  const rights = await pageRights('uploader');
  const read = async (): Promise<void> => {
    const source = await openSource(`azblob://${container.containerName}`);
    const everything = { file: () => true, folder: () => true };
    for await (const { path } of source.list(everything, () => {})) {
      const file = await source.open(path);
      assert.equal(await file.read(Buffer.alloc(9), 0), 1);
      await file.close();
    }
  };
  assert.equal(rights.length, 2);
  for (const right of rights) {
    allow(container, rights.replace(right, ''));
    await assert.rejects(read(), refused, right);
  }
  allow(container, rights);
  await read();
});

test('What the page allows a downloader is enough', async () => {
  const container = await azure.container();
  const place = `azblob://${container.containerName}/in`;
  const rights = await pageRights('downloader');
  for (const right of 'rwd') {
    allow(container, rights.replace(right, ''));
    await assert.rejects(openSink(place, { reader: 'office' }), refused, right);
  }
  allow(container, rights);
  const sink = await openSink(place, { reader: 'office' });
  const large = 'x'.repeat(6_000_000);
  for (const [number, text] of ['small', large].entries()) {
    const upload = id(number + 1);
    await sink.part(upload, partOf(`shop/${number}`, text)).write(Buffer.from(text), 0);
    await sink.publish(upload, `shop/${number}`, look, publishedAs(text, upload));
    assert.deepEqual(await sink.published(`shop/${number}`), publishedAs(text, upload));
  }
  await sink.adopt('shop/0', publishedAs('small', id(7)));
  await sink.checkpoint([]);
  await sink.close();
  const again = await openSink(place, { reader: 'office' });
  assert.deepEqual(await again.unfinished(), []);
  assert.equal(await again.newest('shop/0'), id(7));
  await again.close();
});
