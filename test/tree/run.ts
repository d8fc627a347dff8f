/**
 * `npm run test:tree -- [--seed S] [--minutes M] [--rsync LETTERS]`: random changes of trees, seed after seed, until one fails or the time is over. The
 * sink is compared by rsync too.
 */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { playTree } from './tree.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, minutes: { type: 'string' }, rsync: { type: 'string' } },
});
const until = performance.now() + Number(values.minutes ?? '10') * 60_000;
const first = Number(values.seed ?? '1');
// Permissions, owners, times, links, holes, ACLs and extended attributes.
const compared = values.rsync ?? '-aHAXS';
const hasAttributes = process.platform === 'linux';
let seed = first;
for (; performance.now() < until; seed++) {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'sluice-tree-'));
  const found = await playTree(seed, 30, folder, compared, hasAttributes).finally(() =>
    rm(folder, { recursive: true, force: true }),
  );
  if (found !== undefined) {
    process.stdout.write(`seed ${seed}, round ${found.round}:\n${found.lines.join('\n')}\n`);
    process.exitCode = 1;
    break;
  }
  if (values.seed !== undefined) break;
}
process.stdout.write(`${seed - first} trees were the same at the sink.\n`);
