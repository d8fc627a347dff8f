/** `node refused-sink.ts FOLDER`: a sink that is opened, gets a file and a position, and says what it cannot do; in JSON. */
import { digestOf } from '../../src/records/checksum.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';

const sink = await openDiskSink(process.argv[2]!);
const notices: string[] = [];
sink.notices((message) => notices.push(message));
const before = await sink.newest('shop/file');
const bytes = Buffer.from('bytes');
const published = { upload: '0'.repeat(32), size: bytes.length, digest: digestOf('md5', bytes) };
await sink.publishWhole(bytes, 'shop/file', { mtime: '1700000000123456000', mode: 0o666 }, published);
const topic = { reader: 'office', topic: 'id', name: 'files', cluster: 'here' };
await sink.checkpoint([], { ...topic, partitions: new Map([[0, { began: 0, safe: 7 }]]) });
await sink.close();
console.log(JSON.stringify({ before, notices }));
