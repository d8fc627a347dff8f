/** Rebuilds a topic's files in a folder until Ctrl-C, and reacts to each one as soon as it is verified. */
import { download } from 'sluice';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

await download({
  kafka: { 'bootstrap.servers': process.env.SLUICE_BOOTSTRAP_SERVERS ?? '127.0.0.1:9092' },
  topic: 'files',
  to: process.argv[2] ?? './inbox',
  signal: stop.signal,
  onEvent: (event) => {
    switch (event.type) {
      case 'received':
        console.log(`${event.target} is here: hand it to the next step`);
        break;
      case 'failed':
        console.error(`${event.uploader}/${event.path}: ${event.message}`);
        break;
      case 'waiting':
        console.error(event.message);
        break;
    }
  },
});
