import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript } from '../../../test/support/live-records.ts';
import { ConfigurationError } from '../../errors.ts';
import { type Received, Selection } from './selection.ts';

function received(script: LiveScript): Received[] {
  return script.made.map((made, offset) => ({ ...made, offset, holes: 0 }));
}

function selected(script: LiveScript, wanted?: string): Received[] {
  const selection = new Selection(wanted);
  return received(script).flatMap((record) => [...selection.push(record)]);
}

const renditions = ['large', 'small'];

test('All of one rendition comes, in order, with gaps and the end, over restarts', () => {
  const script = new LiveScript({ renditions }).segments(2).gap().parts(2).restart().segments(1).end();
  for (const wanted of renditions) {
    const mine = received(script).filter(
      ({ record }) => !('rendition' in record) || record.rendition === wanted,
    );
    assert.deepEqual(selected(script, wanted), mine);
  }
  assert.deepEqual(selected(script), selected(script, 'large'));
});

test('A rendition that is asked for by its name is not waited for', () => {
  const [first] = received(new LiveScript({ renditions }).segments(1));
  assert.ok(first);
  assert.equal(new Selection('large').push(first).length, 1);
  assert.equal(new Selection(undefined).push(first).length, 0);
});

test('What is left of a very short epoch is chosen from all the same', () => {
  const script = new LiveScript({ renditions }).parts(1).restart().segments(1);
  assert.equal(selected(script).filter(({ record }) => record.epoch === 1).length, 2);
});

test('A rendition that is not there is an error that names those that are', () => {
  const script = new LiveScript({ renditions }).segments(2);
  assert.throws(
    () => selected(script, 'huge'),
    (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, /no rendition "huge" now; it has: large, small/);
      return true;
    },
  );
});

test('The end comes even where nothing else did', () => {
  assert.deepEqual(
    selected(new LiveScript().end()).map(({ record }) => record.kind),
    ['end'],
  );
});
