import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startChild } from './child.ts';

test('What the system refuses to start is told by the child, also where Node throws', async () => {
  const long = 'x'.repeat(3_000_000);
  for (const [program, args, code] of [
    ['/no/such/program', [], 'ENOENT'],
    [`${process.execPath}/program`, [], 'ENOTDIR'],
    [process.execPath, [long], 'E2BIG'],
  ] as const) {
    const child = startChild(program, args, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    const failed = Promise.withResolvers<NodeJS.ErrnoException>();
    child.on('error', failed.resolve);
    child.stdin.end('nobody reads it');
    for await (const _ of child.stdout) assert.fail('it says nothing');
    assert.equal((await failed.promise).code, code);
    assert.equal(child.stdio.length, 4);
  }
});
