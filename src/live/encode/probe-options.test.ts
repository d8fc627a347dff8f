import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutUnknown } from './probe-options.ts';

test('an option that ffprobe does not have is left out, with its value', () => {
  const complaint = (name: string, value: string) =>
    `Failed to set value '${value}' for option '${name}': Option not found\n`;
  const table: [options: string[], complaint: string, expected: string[] | undefined][] = [
    [['-f', 'mpegts', '-ss', '60', '-t', '5'], complaint('ss', '60'), ['-f', 'mpegts', '-t', '5']],
    [['-sseof', '-60'], complaint('sseof', '-60'), []],
    [['-re', '-f', 'mpegts'], complaint('re', '-f'), ['-f', 'mpegts']],
    [['-f', 'mpegts', '-noautorotate'], complaint('noautorotate', '-i'), ['-f', 'mpegts']],
    [['-f', 'mpegts'], complaint('show_streams', '-of'), undefined],
    [['-ss', '60'], 'film.mp4: Invalid data found when processing input', undefined],
  ];
  for (const [options, said, expected] of table) assert.deepEqual(withoutUnknown(options, said), expected);
});
