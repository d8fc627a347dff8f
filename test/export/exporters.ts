/** Exporters as processes: some are killed, again and again, and go on. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Owner } from '../support/owner.ts';
import type { Random } from '../support/random.ts';
import { type FollowedSluice, followSluice, type JsonEvent } from '../support/sluice-events.ts';
import type { ExportPlace } from './places.ts';

export interface ExporterOptions {
  readonly place: ExportPlace;
  /** What `sluice live export` is given beside `--to`. */
  readonly args: readonly string[];
  /** How often it is killed. */
  readonly kills: number;
  /** Segments that it is to see, at the most, before it is killed, and milliseconds after that. */
  readonly segments: number;
  readonly within: number;
  readonly random: Random;
}

export interface ExporterEnd {
  readonly summary: JsonEvent;
  readonly kills: number;
  /** Seconds from the last picture of a segment until playlists named it, of those that came live. */
  readonly delays: readonly number[];
}

export interface RunningExporter {
  /** It was killed as often as was wanted, and is at work again. */
  readonly killed: Promise<void>;
  readonly ended: Promise<ExporterEnd>;
}

/** Runs one, however often it is killed, to its end. */
export function runExporter(owner: Owner, options: ExporterOptions): RunningExporter {
  const { place, args, kills, segments, within, random } = options;
  const delays: number[] = [];
  let running: FollowedSluice | undefined;
  owner.after(() => running?.kill());
  const begin = (): FollowedSluice => {
    let isLive = false;
    return followSluice(['live', 'export', ...args, '--to', place.to], {
      env: place.environment,
      onEvent: (event) => {
        if (event.type !== 'segment') return;
        // What a run begins with had waited for it.
        isLive ||= (event.delay as number) < 1.5;
        if (isLive) delays.push(event.delay as number);
      },
    });
  };
  const killed = async (): Promise<FollowedSluice> => {
    for (let kill = 0; kill < kills; kill += 1) {
      running = begin();
      let seen = 0;
      const wanted = random.between(0, segments);
      if (wanted === 0) await running.event(({ type }) => type === 'started', 'it has begun');
      else await running.event(({ type }) => type === 'segment' && ++seen >= wanted, `${wanted} segments`);
      await delay(random.below(within));
      const { code } = await running.kill();
      assert.notEqual(code, 0, `${place.name}: it was killed before its end`);
    }
    running = begin();
    await running.event(({ type }) => type === 'segment', 'a segment');
    return running;
  };
  const last = killed();
  const ended = (async (): Promise<ExporterEnd> => {
    const { code, stderr, summary } = await (await last).ended;
    assert.ok(code === 0 && summary !== undefined, `${place.name}: exit code ${code}: ${stderr}`);
    return { summary, kills, delays };
  })();
  ended.catch(() => {});
  return { killed: last.then(() => {}), ended };
}
