import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePlace, placeFault } from '../place.ts';

test('Containers and prefixes, taken as they are', () => {
  const table: [url: string, container: string, prefix: string, shown?: string][] = [
    ['azblob://films', 'films', ''],
    ['azblob://films/', 'films', '', 'azblob://films'],
    ['AZBLOB://films/a', 'films', 'a/', 'azblob://films/a'],
    [' azblob://films/a/b/ ', 'films', 'a/b/', 'azblob://films/a/b'],
    ['azblob://my-films-1/a%20b?c#d+e', 'my-films-1', 'a%20b?c#d+e/'],
    ['azblob://films/写真', 'films', '写真/'],
    ['azblob://films//a', 'films', '/a/'],
    ['azblob://$web/a', '$web', 'a/'],
  ];
  for (const [url, container, prefix, shown = url] of table)
    assert.deepEqual(parsePlace(url), { store: 'azure', container, prefix, url: shown }, url);
});

test('What names no container is refused, and keys in it are not shown', () => {
  for (const url of [
    'azblob://',
    'azblob:///a',
    'azblob://ab',
    'azblob://Films',
    'azblob://a--b',
    'azblob://-ab',
  ])
    assert.match(placeFault(url) ?? '', /^names no container; write azblob:\/\/CONTAINER\/PREFIX$/, url);
  for (const url of [
    'azblob://films@account/x',
    'azblob://me:hunter2@films',
    'azblob://films/a?sv=1&sig=hunter2',
  ]) {
    assert.match(placeFault(url) ?? '', /they come from Azure's environment/, url);
    assert.throws(
      () => parsePlace(url),
      ({ message }: Error) => !message.includes('hunter2'),
    );
  }
});
