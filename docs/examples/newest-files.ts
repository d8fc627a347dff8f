/** Lists the ten newest files of a topic, and prints the first line of each without storing it anywhere. */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { cat, list } from 'sluice';

const kafka = { 'bootstrap.servers': process.env.SLUICE_BOOTSTRAP_SERVERS ?? '127.0.0.1:9092' };
const topic = 'files';

let shown = 0;
for await (const { uploader, path, size, state } of list({ kafka, topic })) {
  if (state !== 'complete') continue;
  const file = `${uploader}/${path}`;
  const lines = createInterface({ input: Readable.from(cat({ kafka, topic, file })) });
  for await (const line of lines) {
    // Quoted: whatever stands in a file is not to drive a terminal.
    console.log(`${JSON.stringify(file)} (${size} bytes): ${JSON.stringify(line.slice(0, 80))}`);
    break;
  }
  if (++shown === 10) break;
}
