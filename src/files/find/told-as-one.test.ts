import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResumedEvent, WaitingEvent } from '../shared/events.ts';
import { toldAsOne } from './told-as-one.ts';

const waits = (message: string): WaitingEvent => ({ type: 'waiting', on: 'source', message });
const goesOn = (message: string): ResumedEvent => ({ type: 'resumed', on: 'source', message });

test('A source waits as long as one of its stores is waited for', () => {
  const told: string[] = [];
  const each = toldAsOne(({ message }) => told.push(message));
  const [photos, logs] = [each(), each()];
  photos(waits('photos is away'));
  logs(waits('logs is away'));
  logs(goesOn('logs answers again'));
  assert.deepEqual(told.splice(0), [
    'photos is away',
    'logs is away',
    'logs answers again',
    'photos is away',
  ]);
  photos(goesOn('photos answers again'));
  assert.deepEqual(told, ['photos answers again']);
});
