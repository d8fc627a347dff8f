/**
 * A broker at one side of a line, as a process that runs there: `node broker.ts HOST FOLDER`. Says where it is, and ends with its
 * standard input.
 */
import { startBroker } from '../../src/broker/broker.ts';

const [host = '127.0.0.1', dataDir = ''] = process.argv.slice(2);
const broker = await startBroker({ host, dataDir, heapMegabytes: 1024, longRunning: true });
process.stdin.on('end', () => void broker.stop()).resume();
console.log(broker.bootstrapServers);
