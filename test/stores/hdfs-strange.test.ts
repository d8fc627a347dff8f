/** What answers in the place of a namenode, and lists otherwise than it may. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { openSourceAt } from '../../src/stores/open.ts';

test('A page without names behind which there are more is not the end', async (t) => {
  const folder = { pathSuffix: '', type: 'DIRECTORY', length: 0, modificationTime: 0, permission: '755' };
  const server = createServer(({ url = '' }, response) => {
    const FileStatus = { ...folder, blockSize: 0 };
    const page = { partialListing: { FileStatuses: { FileStatus: [] } }, remainingEntries: 7 };
    const said = url.includes('GETFILESTATUS') ? { FileStatus } : { DirectoryListing: page };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const namenode = `127.0.0.1:${(server.address() as { port: number }).port}`;
  const url = `hdfs://${namenode}/in`;
  const place = { store: 'hdfs', protocol: 'http:', namenodes: [namenode], prefix: 'in/', url } as const;
  await assert.rejects(openSourceAt(place), /\/in cannot be listed: the server says that there is more/);
});
