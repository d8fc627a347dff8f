/** `npm run test:mutants -- [ROOM | FOLDER | FILE ...]`: what the tests of the pure rooms do not notice. */
import { readSource } from '../house/source.ts';
import { type Account, tryRoom } from './campaign.ts';
import type { Mutant } from './mutant.ts';
import { roomsOf } from './rooms.ts';

/** Of the mutants of each room, so many per cent must be noticed. */
const bar = 85;
const folder = process.cwd();

function tell({ path, line, change }: Mutant): void {
  console.log(`${path}:${line}  ${change}`);
}

function share({ killed, total }: Account): number {
  return total === 0 ? 100 : (100 * killed) / total;
}

const files = readSource(folder);
const accounts: Account[] = [];
for (const room of roomsOf(process.argv.slice(2)))
  accounts.push(await tryRoom(room, { folder, files, atOnce: 2, onSurvivor: tell }));
console.log('');
for (const account of accounts) {
  const { room, killed, total, equivalent } = account;
  console.log(
    `${room}: ${killed} of ${total} killed (${share(account).toFixed(1)} %), ${equivalent} equivalent`,
  );
}
process.exitCode = accounts.every((account) => share(account) >= bar) ? 0 : 1;
