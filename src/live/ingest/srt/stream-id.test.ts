import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../../test/support/properties.ts';
import { parseStreamId } from './stream-id.ts';

test('what senders write names stream and key', () => {
  const rows = [
    ['cam?key=K', 'cam', 'K'],
    ['/cam?key=K', 'cam', 'K'],
    ['live/cam?key=K', 'cam', 'K'],
    ['/live/cam?key=a%20b&x=1', 'cam', 'a b'],
    ['cam?x=1&key=K=', 'cam', 'K='],
    ['cam?key=50%', 'cam', '50%'],
    ['cam', 'cam', ''],
    [' cam?key=K\n', 'cam', 'K'],
    ['publish:cam:K', 'cam', 'K'],
    ['publish:cam:user:K', 'cam', 'K'],
    ['publish:live/cam?key=K', 'cam', 'K'],
    ['publish:cam', 'cam', ''],
    ['#!::r=cam,s=K,m=publish', 'cam', 'K'],
    ['#!::m=publish,u=me,s=K,r=live/cam,t=stream', 'cam', 'K'],
    ['#!::h=host,r=live/cam?key=K,m=publish', 'cam', 'K'],
    ['#!::r=cam, key=K', 'cam', 'K'],
    ['#!::r=cam', 'cam', ''],
    ['#!::s=other,key=K,r=cam?key=third', 'cam', 'K'],
    ['#!::s=K,r=cam?key=other', 'cam', 'K'],
    ['#!::r = /live/cam , s = a=b ,x', 'cam', 'a=b'],
    ['cam?key = K ', 'cam', 'K'],
    ['cam?a=b?key=K&key=L', 'cam', 'L'],
    ['cam?key=a?b', 'cam', 'a?b'],
    ['live/live/cam', 'live/cam', ''],
    ['//cam', '/cam', ''],
    ['publish:cam?key=K:L', 'cam', 'L'],
    ['publish:cam:', 'cam', ''],
    ['republish:cam:K', 'republish:cam:K', ''],
    ['#!:r=cam,s=K', '#!:r=cam,s=K', ''],
  ] as const;
  for (const [text, stream, key] of rows)
    assert.deepEqual(parseStreamId(text), { stream, key, wantsToPublish: true }, text);
});

test('who wants to watch, or sends a file, does not publish', () => {
  for (const text of [
    'read:cam:K',
    'play:cam',
    'request:cam?key=K',
    '#!::r=cam,s=K,m=request',
    '#!::r=cam,m=bidirectional',
    '#!::r=cam,s=K,m',
    '#!::r=cam,s=K, m ',
    '#!::r=cam,t=file,m=publish',
  ])
    assert.equal(parseStreamId(text)?.wantsToPublish, false, text);
});

test('nothing names no stream', () => {
  for (const text of ['', ' ', '?key=K', '/live/', 'publish::K', '#!::m=publish', '#!::', '#!::r=,s=K'])
    assert.equal(parseStreamId(text), undefined, text);
});

test('any text is read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 99 }), (noise) => void parseStreamId(String(Buffer.from(noise)))),
  );
  fc.assert(fc.property(fc.string(), (text) => void parseStreamId(`#!::${text}`)));
});
