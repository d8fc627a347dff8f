/**
 * `npm run test:group`: three downloaders fill a bucket together, then a folder, while 500 files and three large ones flow. One is killed, one is frozen for a
 * minute and goes on, one comes. Each file stands there once, none is missing, none was written by two. Exit code 1 otherwise.
 *
 *     npm run test:group -- [--bucket] [--folder] [--files 500] [--large 1000] [--frozen 60]
 *
 * `--large`: MB of each of the three; `--frozen`: seconds. Without a place, both.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBroker } from '../../src/broker/broker.ts';
import { inScope, type Owner } from '../support/owner.ts';
import { waitFor } from '../support/wait.ts';
import { endMembers, type GroupMember, groupGround } from './ground.ts';
import { bucketPlace, folderPlace, type GroupPlaceGround } from './places.ts';

const { values } = parseArgs({
  options: {
    bucket: { type: 'boolean', default: false },
    folder: { type: 'boolean', default: false },
    files: { type: 'string', default: '500' },
    large: { type: 'string', default: '1000' },
    frozen: { type: 'string', default: '60' },
  },
});
const [files, large, frozen] = [Number(values.files), Number(values.large), Number(values.frozen)];

const say = (text: string): void => console.error(text);
const received = ({ events }: GroupMember): number => events.filter(({ type }) => type === 'received').length;

async function play(owner: Owner, place: GroupPlaceGround): Promise<string[]> {
  const broker = await startBroker();
  owner.after(() => broker.stop());
  const ground = await groupGround(owner, broker.bootstrapServers, place, {
    partitions: 8,
    takeOverAfter: '15s',
  });
  const sizes = new Map<string, number>();
  for (let file = 0; file < files; file++) sizes.set(`many/${file}`, (file * 7919) % 3_000_000);
  for (let file = 0; file < 3; file++) sizes.set(`large/${file}`, large * 1_000_000);
  await ground.make(sizes);
  const upload = ground.upload('--bandwidth', '40M');
  await upload.event(({ type }) => type === 'started', 'it had begun');
  const [killed, zombie, steady] = ['killed', 'zombie', 'steady'].map((name) => ground.join(name));
  const began = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - began) / 1000)} s`;
  await waitFor(() => ground.members.every((member) => received(member) > 3), {
    what: 'files with each member',
    timeout: 120_000,
  });
  await killed!.process.kill();
  say(`${seconds()}: one was killed, after ${received(killed!)} files`);
  zombie!.process.child.kill('SIGSTOP');
  say(`${seconds()}: one is frozen, after ${received(zombie!)} files`);
  const thawed = delay(frozen * 1000).then(() => {
    zombie!.process.child.kill('SIGCONT');
    say(`${seconds()}: it goes on`);
  });
  const added = ground.join('added');
  say(`${seconds()}: one was added`);
  const { code, stderr } = await upload.ended;
  say(`${seconds()}: all is sent`);
  await thawed;
  await ground.filled(600_000);
  say(`${seconds()}: all is there`);
  await waitFor(() => zombie!.events.filter(({ type }) => type === 'assigned').length > 1, {
    what: 'the return of the one that was frozen',
    timeout: 120_000,
  });
  await endMembers([zombie!, steady!, added]);
  for (const member of ground.members) say(`${member.name} wrote ${received(member)} files`);
  const sent = code === 0 ? [] : [`the uploader ended with ${code}: ${stderr}`];
  const left = await place.left();
  // Those of the one that was killed are removed after a day.
  const ofTheDead = place.to.startsWith('s3:') ? 3 : left.filter((line) => line.includes('/killed/')).length;
  return [...sent, ...(await ground.faults()), ...(left.length > ofTheDead ? left : [])];
}

const both = values.bucket === values.folder;
let count = 0;
for (const [isWanted, open] of [
  [both || values.bucket, bucketPlace],
  [both || values.folder, folderPlace],
] as const) {
  if (!isWanted) continue;
  const faults = await inScope(async (owner) => {
    const place = await open(owner);
    say(`into ${place.to}`);
    return play(owner, place);
  });
  for (const fault of faults) say(fault);
  count += faults.length;
}
say(count === 0 ? 'passed' : `${count} faults`);
process.exitCode = count === 0 ? 0 : 1;
