/** Sends what is in a folder now, and says what became of each file. The folder is its first argument. */
import { upload } from 'sluice';

const from = process.argv[2] ?? './outbox';

const summary = await upload({
  kafka: { 'bootstrap.servers': process.env.SLUICE_BOOTSTRAP_SERVERS ?? '127.0.0.1:9092' },
  topic: 'files',
  from,
  name: 'example',
  once: true,
  minAge: 0,
  onEvent: (event) => {
    if (event.type === 'sent') console.log(`${event.path}  ${event.size} bytes  ${event.digest}`);
    if (event.type === 'not-sent') console.error(`${event.path}: ${event.reason}`);
  },
});

console.log(`${summary.files} sent, ${summary.unchanged} unchanged, ${summary.failed} failed`);
if (summary.failed > 0) process.exitCode = 3;
