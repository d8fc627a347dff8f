/** The set-up's last step: Kafka's artifacts, and the class archive that makes its start quick. */
import { prepareKafka } from '../src/broker/prepare.ts';
import { describeError } from '../src/errors.ts';

const say = (text: string): void => void process.stderr.write(`setup: ${text}\n`);

try {
  await prepareKafka(say);
} catch (error) {
  say(describeError(error));
  process.exitCode = 1;
}
