/** One sender, twice: with a wrong key until its user reads that it is refused, and with the right one until the page of viewers shows it. */
import type { Browser, Page } from 'playwright-core';
import { untilPlaying } from '../browser/player.ts';
import { inScope } from '../support/owner.ts';
import type { StartedIngest } from '../support/senders.ts';
import type { JsonEvent } from '../support/sluice-events.ts';
import { waitFor } from '../support/wait.ts';
import type { SenderProgram } from './sender.ts';

export interface Ground {
  readonly ingest: StartedIngest;
  readonly key: string;
  /** Of the server for viewers, without a slash at its end. */
  readonly server: string;
  readonly browser: Browser;
}

export interface Played {
  readonly name: string;
  readonly version: string;
  /** Milliseconds from the word to send until the page had shown twenty pictures; what the page has shown. */
  readonly live?: { readonly after: number; readonly seen: string };
  /** Milliseconds from the word to send until its user could read it. */
  readonly refused?: { readonly after: number; readonly words: string };
  readonly faults: readonly string[];
}

/** What the page's video shows. */
interface Seen {
  readonly size: string;
  /** Between the darkest and the brightest point, of 255. */
  readonly contrast: number;
}

/** Milliseconds in which who has a wrong key is to know. */
const soon = 2000;
/** Milliseconds after which nothing is expected any more. */
const patience = 30_000;
/** A picture that shows something. */
const enoughContrast = 60;

export async function playSender(program: SenderProgram, stream: string, ground: Ground): Promise<Played> {
  const { name } = program;
  const version = await program.version();
  const faults: string[] = [];
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };
  const refused = await attempt(() => refusal(program, stream, ground));
  if (refused !== undefined && refused.after > soon)
    faults.push(`it knew of its wrong key after ${refused.after} ms`);
  const live = await attempt(() => show(program, stream, ground));
  return { name, version, ...(live && { live }), ...(refused && { refused }), faults };
}

async function refusal(
  program: SenderProgram,
  stream: string,
  { ingest }: Ground,
): Promise<Played['refused']> {
  return inScope(async (owner) => {
    const port = await ingest.port(program.protocol);
    const { protocol } = program;
    const sending = await program.send(owner, { protocol, port, stream, key: 'wrong' });
    const words = await waitFor(() => sending.refusal(), {
      what: 'a refusal in words',
      interval: 20,
      timeout: patience,
    }).catch((cause: Error) => {
      throw new Error(`${cause.message}: ${sending.said?.() ?? ''}`, { cause });
    });
    const after = Math.round(performance.now() - sending.began);
    // It was told before the sender could read it.
    const told = await ingest.of(stream, ({ type }) => type === 'refused', 'the refusal');
    if (told.why !== 'denied') throw new Error(`it was refused as ${told.why}: ${told.message}`);
    return { after, words };
  });
}

async function show(program: SenderProgram, stream: string, ground: Ground): Promise<Played['live']> {
  const { ingest, key, server, browser } = ground;
  return inScope(async (owner) => {
    const { protocol } = program;
    const port = await ingest.port(protocol);
    const sending = await program.send(owner, { protocol, port, stream, key });
    const context = await browser.newContext({ viewport: { width: 960, height: 640 } });
    owner.after(() => context.close());
    const page = await context.newPage();
    await page.goto(`${server}/?stream=${stream}`);
    await untilPlaying(page, `${program.name} on the page`);
    const after = Math.round(performance.now() - sending.began);
    const { size, contrast } = await seen(page);
    if (contrast < enoughContrast) throw new Error(`the page shows nothing: contrast ${contrast} of 255`);
    await sending.stop();
    let end: JsonEvent | undefined;
    void ingest
      .of(stream, ({ type }) => type === 'ended' || type === 'waiting', 'its end')
      .then((event) => {
        end = event;
      });
    const { type, message } = await waitFor(() => end, { what: 'its end', timeout: patience });
    if (type !== 'ended') throw new Error(`it said goodbye and was taken for lost: ${message}`);
    return { after, seen: size };
  });
}

interface PageGlobals {
  readonly document: {
    querySelector(selector: 'video'): { readonly videoWidth: number; readonly videoHeight: number };
    createElement(name: 'canvas'): {
      width: number;
      height: number;
      getContext(kind: '2d'): {
        drawImage(...what: readonly unknown[]): void;
        getImageData(...where: readonly number[]): { readonly data: Uint8ClampedArray };
      };
    };
  };
}

function seen(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    const { document } = globalThis as unknown as PageGlobals;
    const video = document.querySelector('video');
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [160, 90];
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0, 160, 90);
    const green = context.getImageData(0, 0, 160, 90).data.filter((_, index) => index % 4 === 1);
    return {
      size: `${video.videoWidth}x${video.videoHeight}`,
      contrast: Math.max(...green) - Math.min(...green),
    };
  });
}
