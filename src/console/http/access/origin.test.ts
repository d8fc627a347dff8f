import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostRefusal, isLoopback, siteRefusal } from './origin.ts';

test('What only this machine can reach is known by its address', () => {
  for (const host of ['127.0.0.1', '127.8.9.1', 'localhost', 'LOCALHOST', '::1', '[::1]'])
    assert.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', 'localhost.evil.example', ''])
    assert.ok(!isLoopback(host), host);
});

test('On the loopback device names of others are refused; elsewhere a token is what counts', () => {
  const of = (host: string | undefined, listens = '127.0.0.1', url?: string) =>
    hostRefusal(host === undefined ? {} : { host }, { host: listens, url }) === undefined;
  assert.ok(of('localhost:8090') && of('127.0.0.1') && of('[::1]:8090') && of('127.0.0.2:1', '127.0.0.2'));
  assert.ok(of('[::1]:8090', '::1'));
  assert.ok(!of('evil.example:8090') && !of(undefined) && !of('127.0.0.2'));
  assert.ok(of('sluice.example.com', '127.0.0.1', 'https://sluice.example.com'));
  assert.ok(!of('evil.example', '127.0.0.1', 'https://sluice.example.com'));
  assert.ok(of('anything.example', '0.0.0.0'));
  assert.ok(hostRefusal({ ':authority': 'localhost:1' }, { host: '127.0.0.1' }) === undefined);
});

test('Of pages of other sites nothing is taken that changes something', () => {
  const of = (headers: Record<string, string>, changes: boolean, url?: string) =>
    siteRefusal({ host: 'localhost:8090', ...headers }, changes, url) === undefined;
  assert.ok(of({}, true) && of({ origin: 'http://localhost:8090' }, true));
  assert.ok(of({ origin: 'https://sluice.example.com' }, true, 'https://sluice.example.com'));
  for (const origin of [
    'http://localhost:8091',
    'https://evil.example',
    'null',
    'http://localhost:8090.evil.example',
  ])
    assert.ok(!of({ origin }, true), origin);
  // A plain question by a page of others gets an answer that it cannot read, unless the browser says whose it is.
  assert.ok(of({ origin: 'https://evil.example' }, false));
  assert.ok(!of({ 'sec-fetch-site': 'cross-site' }, false) && !of({ 'sec-fetch-site': 'same-site' }, false));
  assert.ok(of({ 'sec-fetch-site': 'same-origin' }, false) && of({ 'sec-fetch-site': 'none' }, false));
});
