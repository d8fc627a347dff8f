/** The far cluster takes the near one's place: uploaders, downloaders and the publisher go on there. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFaults, digestsOf, type Views } from './judge.ts';
import { publish } from './live.ts';
import type { Tree } from './tree.ts';

export interface Switch {
  readonly views: Views;
  readonly folder: string;
  readonly tree: Tree;
}

export async function switchFaults({ views, folder, tree }: Switch): Promise<string[]> {
  const { far, topics } = views;
  const faults: string[] = [];
  const source = join(folder, 'source', 'till');
  const upload = async () => {
    const text = await far.ok(
      ...[
        'upload',
        '--name',
        'till',
        '--from',
        source,
        '--topic',
        topics.far,
        '--once',
        '--min-age',
        '0',
        '--json',
      ],
      ...['--delete', '--links', 'keep', '--folders', '--delta'],
    );
    const events = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { type: string });
    return { sent: events.filter(({ type }) => type === 'sent'), text };
  };
  const first = await upload();
  if (first.sent.length > 0) faults.push(`an uploader that moved sent ${first.sent.length} files again`);
  await writeFile(join(source, 'behind-the-switch'), randomBytes(50_000));
  const second = await upload();
  if (second.sent.length !== 1) faults.push(`of one new file it sent ${second.sent.length}`);
  // The sink that the near cluster has filled.
  const sink = join(folder, 'near-sink');
  const reader = ['--topic', topics.far, '--identity', tree.keys.file, '--once', '--name', 'near', '--json'];
  const text = await far.ok('download', ...reader, '--to', sink);
  const received = text.split('\n').filter((line) => line.includes('"type":"received"'));
  if (received.length !== 1) faults.push(`a sink that moved received ${received.length} files`);
  const wanted = await digestsOf(join(folder, 'source', 'till'));
  faults.push(...digestFaults('a sink that moved', wanted, await digestsOf(join(sink, 'till'))));
  const run = publish(far, 'live');
  const segment = await run.event(({ type }) => type === 'segment', 'a segment at the far cluster');
  if (Number(segment.epoch) < 3) faults.push(`a publisher that moved begins anew: epoch ${segment.epoch}`);
  run.child.kill('SIGINT');
  await run.ended;
  return faults;
}
