import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { ConfigurationError } from '../../errors.ts';
import { hiding, parseTarget, withNames } from './target.ts';

test('of an address only what is no secret stands on the command line', () => {
  assert.deepEqual(parseTarget('rtmp://live.example:1936/app/inner/KEY?a=b/c'), {
    kind: 'rtmp',
    shown: 'rtmp://live.example:1936/app/inner/***',
    address: 'rtmp://live.example:1936/',
    hidden: [
      ['rtmp_app', 'app/inner'],
      ['rtmp_playpath', 'KEY?a=b/c'],
    ],
  });
  assert.deepEqual(parseTarget('RTMPS://live.example/app/KEY').hidden.at(-1), ['tls_verify', '1']);
  assert.deepEqual(
    parseTarget(
      'srt://[::1]:9000?mode=caller&streamid=#!::r=cam,m=publish&passphrase=a%20b%26c&latency=200000',
    ),
    {
      kind: 'srt',
      shown: 'srt://[::1]:9000',
      address: 'srt://[::1]:9000?mode=caller',
      hidden: [
        ['streamid', '#!::r=cam,m=publish'],
        ['passphrase', 'a b&c'],
        ['latency', '200000'],
      ],
    },
  );
});

test('an address that is none is refused, without its key', () => {
  const key = 'KEYTHATNOBODYSEES';
  const wrong = [
    ['', /of no kind/],
    [`https://h/app/${key}`, /of no kind/],
    [`rtmp:///app/${key}`, /has no host/],
    [`rtmp://h/${key}`, /an application and a key are missing/],
    ['rtmp://h/app/', /an application and a key are missing/],
    [`rtmp://user:${key}@h/app/name`, /cannot be handed on unseen/],
    [`rtmp://h/app/${key}\nrtmp_app=x`, /characters that no key has/],
    [`rtmp://h/app/${key.repeat(60)}`, /too long/],
    [`srt://h?passphrase=${key}`, /a port is missing/],
    [`srt://h:1?passphrase=${key}&vcodec=copy`, /knows no "vcodec"/],
    ['srt://h:1?passphrase=', /is empty/],
    [`srt://h:1?${key}`, /knows nothing of this kind/],
    [`srt://h:1?passphrase=abc&${key}`, /knows nothing of this kind/],
  ] as const;
  for (const [text, what] of wrong) {
    assert.throws(
      () => parseTarget(text),
      (error: unknown) => {
        assert.ok(error instanceof ConfigurationError, String(error));
        assert.match(error.message, what);
        return !error.message.includes(key);
      },
    );
  }
});

test('whatever is written: a target, or one sentence; and no line of the hidden file is two', () => {
  const any = fc.oneof(
    fc.string(),
    fc.string().map((text) => `rtmp://h/app/${text}`),
    fc.string().map((text) => `srt://h:1?streamid=${text}`),
  );
  fc.assert(
    fc.property(any, (text) => {
      try {
        for (const [, value] of parseTarget(text).hidden) assert.ok(!/[\r\n]/.test(value));
      } catch (error) {
        assert.ok(error instanceof ConfigurationError);
      }
    }),
  );
});

test('what a server says is shown without the key, and targets that show alike are told apart', () => {
  const target = parseTarget('rtmp://h/app/SECRETKEY');
  assert.equal(hiding('stream SECRETKEY of app is not known', target), 'stream *** of app is not known');
  // A platform names the key alone, or what is behind it.
  const signed = parseTarget('rtmp://h/app/SECRETKEY?auth=SIGNATURE&mode=live');
  assert.equal(
    hiding('SECRETKEY is not live: auth=SIGNATURE; SECRETKEY?auth=SIGNATURE&mode=live', signed),
    '*** is not live: auth=***; ***',
  );
  const same = withNames([target, parseTarget('rtmp://h/app/OTHERKEY'), parseTarget('srt://h:1')]);
  assert.deepEqual(
    same.map(({ shown }) => shown),
    ['rtmp://h/app/***', 'rtmp://h/app/*** (2)', 'srt://h:1'],
  );
});
