/**
 * `npm run test:senders`: the programs that people send by, before `sluice ingest` and a real Kafka: each is on the page of viewers, and is told in words, within two
 * seconds, when its key is wrong.
 *
 *     npm run test:senders -- [--sender WORD ...] [--ingest "--video-codec copy"] [--output FILE]
 *
 * `--sender`: those whose names have the word, e.g. OBS. `--ingest`: what the server is told beside the rest. `--output`: the table is added to this file. Exit code 1 when one of them is not live, or not told.
 */
import { appendFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startBroker } from '../../src/broker/broker.ts';
import { startChromium } from '../browser/browser.ts';
import { startServer } from '../browser/stage.ts';
import { makeAuthority } from '../support/certificates.ts';
import { closeScopes, inScope, type Owner } from '../support/owner.ts';
import { addKey, startIngest } from '../support/senders.ts';
import { type Ground, type Played, playSender } from './cell.ts';
import { chromium } from './programs/chromium.ts';
import { ffmpegs } from './programs/ffmpeg.ts';
import { gstreamers } from './programs/gstreamer.ts';
import { obses } from './programs/obs.ts';
import { newFfmpeg } from './programs/places.ts';
import { lineOf, report } from './report.ts';
import type { SenderProgram } from './sender.ts';

const { values } = parseArgs({
  options: {
    sender: { type: 'string', multiple: true, default: [] },
    ingest: { type: 'string', default: '' },
    output: { type: 'string' },
  },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void closeScopes().then(() => process.exit(130)));

const everybody: readonly SenderProgram[] = [...obses, ...gstreamers, ...ffmpegs, chromium];
const chosen = everybody.filter(
  ({ name }) => values.sender.length === 0 || values.sender.some((word) => name.includes(word)),
);
if (chosen.length === 0)
  throw new Error(`no sender is called so; there are: ${everybody.map(({ name }) => name).join('; ')}`);
const present = chosen.filter(({ missing }) => missing === undefined);
const more = values.ingest.split(' ').filter((word) => word !== '');

/** What each of them sends to: servers of one topic, each opened when the first sender asks for it. */
async function setGround(owner: Owner, bootstrapServers: string, topic: string) {
  const authority = await makeAuthority('senders');
  owner.after(() => authority.remove());
  const { certificate, key: certificateKey } = await authority.issue('localhost', ['IP:127.0.0.1']);
  const key = await addKey(bootstrapServers, topic, '*');
  const server = await startServer(owner, { bootstrapServers, topic });
  const browser = await startChromium();
  owner.after(() => browser.close());
  const secure = ['--rtmps-port', '0', '--tls-cert', certificate, '--tls-key', certificateKey];
  const servers = {
    usual: [...secure, '--srt-port', '0'],
    // Browsers give their camera to pages of this machine without TLS, and others need not believe our authority.
    // Nor does everybody send to a peer that has the address of the loop alone: libnice does not.
    plain: ['--whip-port', '0', '--host', '0.0.0.0'],
    modern: ['--ffmpeg', newFfmpeg],
  } as const;
  const open = new Map<string, Ground>();
  return ({ protocol, needsNewFfmpeg }: SenderProgram): Ground => {
    const kind = needsNewFfmpeg === true ? 'modern' : protocol === 'whip' ? 'plain' : 'usual';
    const known = open.get(kind);
    if (known !== undefined) return known;
    const ingest = startIngest(owner, bootstrapServers, topic, [...servers[kind], ...more]);
    const ground = { ingest, key, server: server.url, browser };
    open.set(kind, ground);
    return ground;
  };
}

const played: Played[] = [];
await inScope(async (owner) => {
  const broker = await startBroker({ longRunning: true });
  owner.after(() => broker.stop());
  const groundOf = await setGround(owner, broker.bootstrapServers, 'senders');
  for (const [index, program] of present.entries()) {
    const found = await playSender(program, `sender-${index}`, groundOf(program));
    console.error(lineOf(found));
    played.push(found);
  }
});
const missing = chosen.filter(({ missing: why }) => why !== undefined);
const text = report(played, missing, values.ingest);
console.log(text);
if (values.output !== undefined) await appendFile(values.output, `${text}\n`);
process.exitCode = played.every(({ faults }) => faults.length === 0) ? 0 : 1;
