/**
 * A broker at one side of a line, as a process that runs there: `node broker.ts HOST FOLDER [NAME=VALUE ...]`, with properties of
 * its own. Says where it is, and ends with its standard input.
 */
import { startBroker } from '../../src/broker/broker.ts';

const [host = '127.0.0.1', dataDir = '', ...words] = process.argv.slice(2);
const properties = Object.fromEntries(words.map((word) => word.split('=') as [string, string]));
const broker = await startBroker({ host, dataDir, properties, heapMegabytes: 1024, longRunning: true });
process.stdin.on('end', () => void broker.stop()).resume();
console.log(broker.bootstrapServers);
