import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Complaints } from './complaints.ts';

test('What FFmpeg tells is no complaint, however many of its parts say it', () => {
  const [complained, told]: [string[], string[]] = [[], []];
  const complaints = new Complaints(
    (line) => complained.push(line),
    (line) => told.push(line),
  );
  complaints.push('[info] Stream mapping:\n[hls @ 0x5a] [info] Opening a\n');
  complaints.push(
    '[hls @ 0x5a] [https @ 0x6b] [info] Opening b\n[rtsp @ 0x5a] [tls @ 0x6b] [error] refused\n',
  );
  complaints.push('[warning] late\n[h264 @ 0x1] [h264 @ 0x2] no level\nplain\n');
  assert.deepEqual(told, ['Stream mapping:', 'Opening a', 'Opening b']);
  assert.deepEqual(complained, ['refused', 'late', 'no level', 'plain']);
});
