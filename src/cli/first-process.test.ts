import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { endAsOthersDo } from './first-process.ts';

class Process extends EventEmitter {
  readonly codes: number[] = [];
  readonly pid: number;

  constructor(pid: number) {
    super();
    this.pid = pid;
  }

  exit(code: number): void {
    this.codes.push(code);
  }
}

test('the first process of a container ends by signals as others do', () => {
  const first = new Process(1);
  endAsOthersDo(first);
  first.emit('SIGINT');
  first.emit('SIGTERM');
  first.emit('SIGHUP');
  assert.deepEqual(first.codes, [130, 143, 129]);
});

test('where somebody else listens, that one decides', () => {
  const first = new Process(1);
  endAsOthersDo(first);
  const own = () => {};
  first.on('SIGTERM', own);
  first.emit('SIGTERM');
  assert.deepEqual(first.codes, []);
  first.off('SIGTERM', own);
  first.emit('SIGTERM');
  assert.deepEqual(first.codes, [143]);
});

test('of any other process the kernel takes care', () => {
  const other = new Process(2);
  endAsOthersDo(other);
  assert.deepEqual(other.eventNames(), []);
});
