import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenFault } from './listen-fault.ts';

const cases: readonly (readonly [code: string, host: string | undefined, says: string])[] = [
  [
    'EADDRINUSE',
    '127.0.0.1',
    'RTMP: 127.0.0.1:935 is in use by another program: stop it, or choose another --rtmp-port',
  ],
  [
    'EACCES',
    '::1',
    'RTMP: this user may not listen on [::1]:935: choose a --rtmp-port above 1023, or give the right (AmbientCapabilities=CAP_NET_BIND_SERVICE of systemd)',
  ],
  ['EADDRNOTAVAIL', '203.0.113.5', 'RTMP: 203.0.113.5 is no address of this machine: choose another --host'],
  [
    'ENOTFOUND',
    'nowhere.invalid',
    'RTMP: nowhere.invalid is no address of this machine: choose another --host',
  ],
  ['EMFILE', undefined, 'RTMP: cannot listen on port 935: EMFILE: so'],
];

test('What keeps a program from listening is said with what to do about that', () => {
  for (const [code, host, says] of cases) {
    const cause = Object.assign(new Error(`${code}: so`), { code });
    assert.equal(listenFault({ what: 'RTMP', host, port: 935, portFlag: '--rtmp-port' }, cause), says);
  }
});
