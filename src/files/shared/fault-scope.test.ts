import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemError } from '../../stores/memory/system-error.ts';
import { type FaultScope, faultScope } from './fault-scope.ts';

type Code = Parameters<typeof systemError>[0];

const table: readonly (readonly [scope: FaultScope, syscall: string, codes: readonly Code[]])[] = [
  [
    'name',
    'open',
    ['EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG', 'EISDIR', 'ENOTDIR', 'ELOOP', 'EINVAL', 'ENOENT'],
  ],
  ['name', 'rename', ['EBUSY', 'ETXTBSY', 'EXDEV', 'ENOTEMPTY', 'EEXIST', 'ENOSPC', 'EDQUOT', 'EILSEQ']],
  ['name', 'mkdir', ['ENOSPC', 'EDQUOT', 'EMLINK', 'EROFS', 'ENOTSUP', 'ENOSYS']],
  ['name', 'write', ['EFBIG', 'EOVERFLOW']],
  ['space', 'write', ['ENOSPC', 'EDQUOT']],
  ['space', 'open', ['ENOSPC', 'EDQUOT']],
  ['limit', 'open', ['EMFILE', 'ENFILE', 'ENOMEM']],
  ['durability', 'fsync', ['EIO', 'EDQUOT', 'ENOSPC', 'EINVAL']],
  ['durability', 'fdatasync', ['EIO']],
  ['durability', 'close', ['EIO', 'EDQUOT']],
  ['sink', 'write', ['EIO', 'ESTALE', 'ENODEV', 'ENXIO', 'ETIMEDOUT', 'ENOTCONN', 'EINTR']],
];

test('Errors of one name, of room, of a limit, of durability, and of the whole disk', () => {
  for (const [scope, syscall, codes] of table) {
    for (const code of codes) {
      const error = Object.assign(systemError(code, 'x'), { syscall });
      assert.equal(faultScope(error), scope, `${syscall} ${code}`);
    }
  }
});

test('What has no code of the system is no fault of a store', () => {
  const others = [new Error('a bug'), Object.assign(new Error('x'), { code: 'ERR_X' }), undefined, 'EIO', 7];
  for (const error of others) assert.equal(faultScope(error), undefined);
});

test('What a store finds out itself, without a call of the system, is judged by its code alone', () => {
  assert.equal(faultScope(Object.assign(new Error('a link'), { code: 'ELOOP' })), 'name');
});
