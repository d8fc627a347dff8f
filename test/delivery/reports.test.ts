/** What pages report of viewers, over HTTP. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeToken } from '../../src/delivery/http/tokens.ts';
import { get, metric, startStream } from '../support/delivery.ts';

test('What pages tell of viewers is counted of those who may watch, and not at all where nobody wants it', async (t) => {
  const watchKey = 'a key that nobody knows';
  const { server } = await startStream(t, {}, { watchKey });
  const token = makeToken(watchKey, 'cam', Date.now() + 60_000);
  const body = JSON.stringify({ stream: 'cam', watched: 30, stalled: 3, stalls: 1 });
  const post = async (url: string, text: string) =>
    (await fetch(url, { method: 'POST', body: text, headers: { 'content-type': 'text/plain' } })).status;
  const url = `${server.url}/api/reports`;
  assert.equal(await post(`${url}?token=${token}`, body), 204);
  assert.equal(await post(url, body), 404, 'no token');
  assert.equal(await post(`${url}?token=${token}`, body.replace('cam', 'door')), 404, 'no such stream');
  assert.equal(await post(`${url}?token=${token}`, '{}'), 400);
  assert.equal(await post(`${url}?token=${token}`, ' '.repeat(2000)), 413);
  assert.equal(await metric(server, 'sluice_serve_stalled_seconds_total{stream="cam"}'), 3);
  assert.equal(await metric(server, 'sluice_serve_reports_total{outcome="unknown"}'), 2);
  const off = (await startStream(t, {}, { viewerReports: 'off' })).server;
  assert.equal(await post(`${off.url}/api/reports`, body), 404);
  const told = JSON.parse((await get(`${off.url}/api/streams`)).body.toString()) as { reports: boolean };
  assert.equal(told.reports, false);
  assert.ok(Number.isNaN(await metric(off, 'sluice_serve_reports_total{outcome="taken"}')));
});
