import assert from 'node:assert/strict';
import { test } from 'node:test';
import { azureMetadata, commonMetadata, isFolder } from './metadata-names.ts';

test('Names that Azure takes, and back', () => {
  const common = { mtime: '1.5', mode: '100644', md5chksum: 'x', 'sluice-upload': 'a', 'sluice-digest': 'b' };
  const azure = azureMetadata(common);
  assert.deepEqual(azure, {
    mtime: '1.5',
    mode: '100644',
    md5chksum: 'x',
    sluice_upload: 'a',
    sluice_digest: 'b',
  });
  for (const name of Object.keys(azure)) assert.match(name, /^[A-Za-z_][A-Za-z0-9_]*$/);
  assert.deepEqual(commonMetadata(azure), common);
  assert.deepEqual(commonMetadata({ Mtime: '2', OTHER_NAME: 'x' }), { mtime: '2', other_name: 'x' });
  assert.deepEqual(commonMetadata(undefined), {});
});

test('What stands for a folder', () => {
  for (const name of ['hdi_isfolder', 'Hdi_isFolder']) assert.ok(isFolder({ [name]: 'true' }));
  assert.ok(!isFolder({ hdi_isfolder: 'false' }));
  assert.ok(!isFolder(undefined));
});
