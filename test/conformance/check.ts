/**
 * Checks a server of low-latency HLS while it runs: `node test/conformance/check.ts URL [--seconds N] [--also URL]`. URL is that of a
 * multivariant playlist; `--also` the same stream's at another server. What was answered where a rule is broken goes to standard error. Exit code 0: no rule is broken; 1: one is; 2: a wrong call.
 */
import { parseArgs } from 'node:util';
import { exhibits } from './exhibits.ts';
import { judgeAll, report } from './verdict.ts';
import { watch } from './watch.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '12' }, also: { type: 'string' } },
});
const [url] = positionals;
const seconds = Number(values.seconds);
if (url === undefined || positionals.length > 1 || !(seconds > 0)) {
  process.stderr.write('usage: node test/conformance/check.ts URL [--seconds N] [--also URL]\n');
  process.exitCode = 2;
} else {
  const evidence = await watch({ url, seconds, also: values.also });
  const verdicts = judgeAll(evidence);
  process.stdout.write(report(verdicts));
  process.stderr.write(exhibits(evidence, verdicts));
  if (verdicts.some(({ outcome }) => outcome === 'fail')) process.exitCode = 1;
}
