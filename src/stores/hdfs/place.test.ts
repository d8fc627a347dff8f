import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePlace, placeFault } from '../place.ts';

test('Namenodes and folders, taken as they are', () => {
  const table: [url: string, protocol: string, namenodes: string[], prefix: string, shown?: string][] = [
    ['hdfs://nn:9870/films', 'http:', ['nn:9870'], 'films/'],
    ['hdfs://nn', 'http:', ['nn:9870'], ''],
    ['HDFS://nn//films/2026/', 'http:', ['nn:9870'], 'films/2026/', 'hdfs://nn/films/2026'],
    ['webhdfs://nn.example.com:50070/a%20b?c#d', 'http:', ['nn.example.com:50070'], 'a%20b?c#d/'],
    ['swebhdfs://nn/a', 'https:', ['nn:9871'], 'a/'],
    ['swebhdfs://[::1]:443/a', 'https:', ['[::1]:443'], 'a/'],
    ['hdfs://nn1:1,nn2,10.0.0.3:3/a', 'http:', ['nn1:1', 'nn2:9870', '10.0.0.3:3'], 'a/'],
  ];
  for (const [written, protocol, namenodes, prefix, url = written] of table)
    assert.deepEqual(parsePlace(written), { store: 'hdfs', protocol, namenodes, prefix, url }, written);
});

test('What names no namenode, or no path of HDFS', () => {
  for (const url of [
    'hdfs://',
    'hdfs:///a',
    'hdfs://a b/c',
    'hdfs://nn:/a',
    'hdfs://nn:70000/a',
    'hdfs://a,,b/c',
  ])
    assert.match(placeFault(url) ?? '', /^names no namenode; write hdfs:\/\/HOST:PORT\/PATH$/, url);
  for (const url of ['swebhdfs://nn/a:b', 'swebhdfs://nn/a//b', 'swebhdfs://nn/../a', 'swebhdfs://nn/a/./b'])
    assert.match(placeFault(url) ?? '', /a path that HDFS does not have.*write swebhdfs:/, url);
  assert.throws(
    () => parsePlace('hdfs://me:hunter2@nn/a'),
    ({ message }: Error) => /HADOOP_USER_NAME/.test(message) && !message.includes('hunter2'),
  );
});
