// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayBeBetterElsewhere, retryDelay, Servers, serversOf } from '../../../web/servers.js';

test('every server is tried at once, then all of them after longer and longer pauses', () => {
  assert.equal(retryDelay(1, 3, 0.5), 0);
  assert.equal(retryDelay(2, 3, 0.5), 0);
  assert.equal(retryDelay(3, 3, 1), 100);
  assert.equal(retryDelay(4, 3, 1), 200);
  assert.equal(retryDelay(4, 3, 0), 120);
  assert.equal(retryDelay(50, 3, 1), 2000);
});

test('only what another server may answer better goes to another server', () => {
  for (const status of [0, 408, 429, 500, 502, 503]) assert.ok(mayBeBetterElsewhere(status), `${status}`);
  for (const status of [400, 401, 403, 404, 410]) assert.ok(!mayBeBetterElsewhere(status), `${status}`);
});

test('a server that fails is left, by whoever tells it first', () => {
  const servers = new Servers(['http://a:1', 'http://b:2/sluice']);
  assert.equal(servers.base, 'http://a:1/');
  servers.failed('http://a:1/');
  servers.failed('http://a:1/');
  assert.equal(servers.base, 'http://b:2/sluice/');
  assert.equal(
    servers.redirect('http://a:1/live/x/index.m3u8?y=1'),
    'http://b:2/sluice/live/x/index.m3u8?y=1',
  );
  assert.equal(servers.redirect('http://elsewhere/x'), 'http://elsewhere/x');
  servers.failed('http://b:2/sluice/');
  assert.equal(servers.base, 'http://a:1/');
});

test("the page's address names other servers, and the token that all of them are given", () => {
  const address = new URL('http://a:1/?servers=http://b:2,//c:3/x,javascript:alert(1),a%20b&token=9.cam.s');
  const servers = serversOf(address, 'http://a:1/');
  assert.equal(servers.count, 4);
  assert.equal(
    servers.address('live/cam/ws', { chunks: '1' }),
    'http://a:1/live/cam/ws?chunks=1&token=9.cam.s',
  );
  servers.learn(['http://b:2', 'http://d:4']);
  assert.equal(servers.count, 5);
});
