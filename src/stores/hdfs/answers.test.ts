import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../errors.ts';
import { StoreFault } from '../store-fault.ts';
import { DatanodeAway, HdfsRefusal, isElsewhere, meaningOf } from './answers.ts';

const asked = { cannot: 'cannot read hdfs://nn:9870/a', isFile: true, who: 'ann', isRenewable: false };

function refusal(status: number, javaClassName: string, message: string): HdfsRefusal {
  const exception = javaClassName.replace(/^.*[.$]/, '');
  return new HdfsRefusal(
    status,
    {},
    JSON.stringify({ RemoteException: { exception, javaClassName, message } }),
  );
}

test('What namenodes and datanodes say, of one file', () => {
  const table: [status: number, exception: string, message: string, scope: string, code: string][] = [
    [404, 'java.io.FileNotFoundException', 'File does not exist: /a', 'name', 'ENOENT'],
    [
      403,
      'org.apache.hadoop.security.AccessControlException',
      'Permission denied: user=ann',
      'name',
      'EACCES',
    ],
    [
      403,
      'org.apache.hadoop.ipc.RemoteException',
      'Permission denied: user=ann, access=WRITE',
      'name',
      'EACCES',
    ],
    [
      403,
      'org.apache.hadoop.ipc.StandbyException',
      'Operation category READ is not supported',
      'sink',
      'EAGAIN',
    ],
    [403, 'org.apache.hadoop.hdfs.server.namenode.SafeModeException', 'Cannot create', 'sink', 'EAGAIN'],
    [403, 'org.apache.hadoop.ipc.RetriableException', '…SafeModeException: Cannot create', 'sink', 'EAGAIN'],
    [
      403,
      'org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException',
      'Failed to APPEND_FILE',
      'sink',
      'EAGAIN',
    ],
    [
      403,
      'org.apache.hadoop.hdfs.protocol.DSQuotaExceededException',
      'The DiskSpace quota',
      'space',
      'ENOSPC',
    ],
    [
      403,
      'java.io.IOException',
      'File /a could only be written to 0 of the 1 minReplication nodes',
      'sink',
      'EAGAIN',
    ],
    [
      403,
      'java.io.IOException',
      'append: lastBlock=b of src=/a is not sufficiently replicated yet.',
      'sink',
      'EAGAIN',
    ],
    [403, 'java.io.IOException', 'Could not obtain block: BP-1 file=/a', 'name', 'EIO'],
    [
      403,
      'java.io.IOException',
      'The XAttr operation… Support for XAttrs has been disabled',
      'name',
      'ENOTSUP',
    ],
    [
      400,
      'java.lang.IllegalArgumentException',
      'Invalid value for webhdfs parameter "op": X',
      'name',
      'ENOSYS',
    ],
    [403, 'org.apache.hadoop.security.AccessControlException', '/a (is not a directory)', 'name', 'ENOTDIR'],
    [500, 'java.lang.NullPointerException', '', 'sink', 'EAGAIN'],
    [403, 'org.apache.hadoop.hdfs.protocol.XAttrNotFoundException', 'At least one', 'name', 'ENODATA'],
  ];
  for (const [status, exception, message, scope, code] of table) {
    const meant = meaningOf(refusal(status, exception, message), asked);
    assert.ok(meant instanceof StoreFault, `${exception}: ${meant.message}`);
    assert.deepEqual([meant.scope, meant.code], [scope, code], exception + message);
  }
});

test('What no waiting mends, with what to do', () => {
  const table: [error: Error, says: RegExp, isFile?: boolean][] = [
    [refusal(404, 'java.io.FileNotFoundException', 'no such'), /there is no such folder: make it/, false],
    [
      refusal(403, 'x.AccessControlException', 'Permission denied'),
      /denied to ann .*HADOOP_USER_NAME/,
      false,
    ],
    [new HdfsRefusal(401, { 'www-authenticate': 'Negotiate' }, '<html>'), /wants Kerberos.*hdfs fetchdt/],
    [
      new HdfsRefusal(404, {}, 'It looks like you are making an HTTP request to a Hadoop IPC port.'),
      /\(RPC\).*9870/,
    ],
    [new HdfsRefusal(404, {}, '<html><title>Not Found</title>'), /no WebHDFS \(404: Not Found\)/],
    [
      refusal(403, 'org.apache.hadoop.security.token.SecretManager$InvalidToken', 'it is expired'),
      /give a new one/,
    ],
    [Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), /NODE_EXTRA_CA_CERTS/],
    [Object.assign(new Error('wrong version number'), { code: 'EPROTO' }), /does not speak TLS/],
    [Object.assign(new Error('Parse Error'), { code: 'HPE_INVALID_CONSTANT' }), /swebhdfs:\/\//],
  ];
  for (const [error, says, isFile = true] of table) {
    const meant = meaningOf(error, { ...asked, isFile });
    assert.ok(meant instanceof ConfigurationError, meant.message);
    assert.match(meant.message, says);
  }
});

test('A token in a file is waited for; nothing of Java is shown but its first line', () => {
  const expired = refusal(
    403,
    'org.apache.hadoop.security.token.SecretManager$InvalidToken',
    'it is expired',
  );
  const meant = meaningOf(expired, { ...asked, isRenewable: true });
  assert.ok(meant instanceof StoreFault && meant.scope === 'sink');
  const long = meaningOf(
    refusal(403, 'java.io.IOException', 'it went wrong\n\tat org.apache.X(Y.java:1)\n'),
    asked,
  );
  assert.match(long.message, /it went wrong$/);
});

test('Another namenode is asked where one is a standby, or not there', () => {
  assert.ok(isElsewhere(refusal(403, 'org.apache.hadoop.ipc.StandbyException', '')));
  assert.ok(isElsewhere(Object.assign(new Error(''), { code: 'ECONNREFUSED' })));
  assert.ok(!isElsewhere(Object.assign(new Error(''), { code: 'ECONNRESET' })));
  const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND dn1'), { code: 'ENOTFOUND' });
  assert.match(
    meaningOf(new DatanodeAway('dn1:9864', unknown), asked).message,
    /sends to the datanode dn1:9864, which cannot be reached from here \(this machine knows no dn1\)/,
  );
});
