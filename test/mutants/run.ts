/** `npm run test:mutants -- [ROOM | FOLDER | FILE ...]`: what the tests of the pure rooms do not notice. */
import { parseArgs } from 'node:util';
import { readSource } from '../house/source.ts';
import { type Account, type FileAccount, shareOf, tryRoom } from './campaign.ts';
import type { Mutant } from './mutant.ts';
import { roomsOf } from './rooms.ts';

/** Of the mutants of each room, so many per cent must be noticed. */
const bar = 85;
const folder = process.cwd();
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'at-once': { type: 'string', default: '2' }, every: { type: 'string', default: '1' } },
});

function tell({ path, line, change }: Mutant): void {
  console.log(`${path}:${line}  ${change}`);
}

function row(name: string, files: readonly FileAccount[]): string {
  const sum = (count: (file: FileAccount) => number) => files.reduce((all, file) => all + count(file), 0);
  const counts = [
    sum((one) => one.killed),
    sum((one) => one.endless),
    sum((one) => one.survivors.length),
    sum((one) => one.equivalent),
  ];
  return `| ${[name, ...counts, shareOf(files).toFixed(1)].join(' | ')} |`;
}

const files = readSource(folder);
const accounts: Account[] = [];
for (const room of roomsOf(positionals)) {
  const options = { folder, files, atOnce: Number(values['at-once']), every: Number(values.every) };
  const onFile = (file: FileAccount) => console.error(row(file.path, [file]));
  accounts.push(await tryRoom(room, { ...options, onSurvivor: tell, onFile }));
}
console.log(
  '\n| file | killed | of these by time | survived | equivalent | % killed |\n|---|---:|---:|---:|---:|---:|',
);
for (const { room, files } of accounts) {
  for (const file of files) console.log(row(`\`${file.path}\``, [file]));
  console.log(row(`**${room}**`, files));
}
process.exitCode = accounts.every(({ files }) => shareOf(files) >= bar) ? 0 : 1;
