import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rooms, wrongRooms } from './rooms.ts';
import { readSource } from './source.ts';

const project = readSource(fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''));

test('the rooms of src/files import downwards only', () => assert.deepEqual(wrongRooms(project), []));

test('every room has somebody in it', () => {
  for (const room of rooms) assert.ok(project.some(({ path }) => path.startsWith(`src/files/${room}/`)));
});

test('an import upwards, one of a face, and an unlisted room are found', () => {
  const facts = (path: string, ...imports: string[]) => ({ path, imports, lines: 1, globals: [] });
  const found = wrongRooms([
    facts('src/files/list.ts', './run/upload-run.ts'),
    facts('src/files/send/senders.ts', './queue.ts', '../shared/events.ts', '../find/intake.ts'),
    facts('src/files/shared/topics.ts', '../../kafka/contract.ts', '../upload.ts'),
    facts('src/files/tools/one.ts'),
  ]);
  assert.deepEqual(found, [
    'src/files/send/senders.ts must not import src/files/find/intake.ts',
    'src/files/shared/topics.ts must not import src/files/upload.ts',
    'src/files/tools/one.ts stands in a room that is not listed',
  ]);
});
