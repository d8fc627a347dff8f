import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AzureAccount, accountOf, type Environment } from './account.ts';

const key = 'c2VjcmV0LW9mLW5vYm9keQ==';

test('The account and who asks come from the variables of Azure’s own tools', () => {
  const table: [Environment, AzureAccount][] = [
    [
      { AZURE_STORAGE_ACCOUNT: 'films', AZURE_STORAGE_KEY: key },
      { endpoint: 'https://films.blob.core.windows.net', name: 'films', credential: { by: 'key', key } },
    ],
    [
      { AZURE_STORAGE_ACCOUNT: 'films', AZURE_STORAGE_SAS_TOKEN: '?sv=1&sig=abc' },
      {
        endpoint: 'https://films.blob.core.windows.net',
        name: 'films',
        credential: { by: 'sas', token: 'sv=1&sig=abc' },
      },
    ],
    [
      { AZURE_STORAGE_ACCOUNT: 'films' },
      { endpoint: 'https://films.blob.core.windows.net', name: 'films', credential: { by: 'identity' } },
    ],
    [
      { AZURE_STORAGE_ACCOUNT: 'films', AZURE_STORAGE_KEY: key, AZURE_STORAGE_AUTH_MODE: 'login' },
      { endpoint: 'https://films.blob.core.windows.net', name: 'films', credential: { by: 'identity' } },
    ],
    [
      { AZURE_STORAGE_SERVICE_ENDPOINT: 'https://films.blob.core.chinacloudapi.cn/', AZURE_STORAGE_KEY: '' },
      { endpoint: 'https://films.blob.core.chinacloudapi.cn', name: '', credential: { by: 'identity' } },
    ],
    [
      {
        AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=https;AccountName=films;AccountKey=${key};EndpointSuffix=core.windows.net`,
        AZURE_STORAGE_ACCOUNT: 'other',
      },
      { endpoint: 'https://films.blob.core.windows.net', name: 'films', credential: { by: 'key', key } },
    ],
    [
      {
        AZURE_STORAGE_CONNECTION_STRING:
          'BlobEndpoint=https://films.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=a%3D',
      },
      {
        endpoint: 'https://films.blob.core.windows.net',
        name: '',
        credential: { by: 'sas', token: 'sv=1&sig=a%3D' },
      },
    ],
  ];
  for (const [env, account] of table) assert.deepEqual(accountOf(env), account);
  const { endpoint, name } = accountOf({ AZURE_STORAGE_CONNECTION_STRING: 'UseDevelopmentStorage=true' });
  assert.deepEqual([endpoint, name], ['http://127.0.0.1:10000/devstoreaccount1', 'devstoreaccount1']);
});

test('What cannot be read is refused, and never shown', () => {
  const table: [Environment, RegExp][] = [
    [{}, /which storage account azblob:\/\/ means: set AZURE_STORAGE_ACCOUNT/],
    [{ AZURE_STORAGE_KEY: key }, /which storage account/],
    [{ AZURE_STORAGE_ACCOUNT: 'Hunter2!' }, /AZURE_STORAGE_ACCOUNT is no name/],
    [{ AZURE_STORAGE_ACCOUNT: 'films', AZURE_STORAGE_KEY: 'hunter2!' }, /is not base64/],
    [{ AZURE_STORAGE_SERVICE_ENDPOINT: 'films hunter2' }, /no URL of a server/],
    [{ AZURE_STORAGE_SERVICE_ENDPOINT: 'https://films.example/?sig=hunter2' }, /has keys in it/],
    [{ AZURE_STORAGE_CONNECTION_STRING: 'hunter2' }, /neither an AccountKey nor a SharedAccessSignature/],
    [{ AZURE_STORAGE_CONNECTION_STRING: `AccountKey=${key}` }, /does not say which account/],
    [
      { AZURE_STORAGE_CONNECTION_STRING: `AccountKey=${key};BlobEndpoint=https://a.example` },
      /does not say which account/,
    ],
  ];
  for (const [env, message] of table)
    assert.throws(
      () => accountOf(env),
      (error: Error) =>
        error.name === 'ConfigurationError' && message.test(error.message) && !/hunter2/i.test(error.message),
      JSON.stringify(env),
    );
});
