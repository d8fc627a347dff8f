/** Constants of the capacity model from runs that were made for that. Pure. */
import { median } from './compare.ts';
import type { LiveRun } from './live.ts';
import type { Load, Measured } from './loads.ts';
import { movedBy } from './rows.ts';

/** Of one small file, of large ones, and of many small ones, in this order. */
export function constantsOfFiles(runs: readonly (readonly [Load, readonly Measured[]])[]): string {
  const [one, large, small] = runs;
  if (one === undefined || large === undefined || small === undefined)
    throw new Error('three loads are wanted');
  const of = (run: readonly [Load, readonly Measured[]], what: (measured: Measured) => number) =>
    median(run[1].map(what));
  const moved = { large: movedBy(large[0]), small: movedBy(small[0]) };
  const gigabytes = { large: moved.large.bytes / 1e9, small: moved.small.bytes / 1e9 };
  const durable = of(small, (measured) => measured.durable ?? 0);
  const side = (what: (measured: Measured) => number, beside = 0) => {
    const start = of(one, what);
    const perGigabyte = (of(large, what) - start) / gigabytes.large;
    const perThousandSmall =
      (of(small, what) - start - gigabytes.small * perGigabyte) / (small[0].files / 1000) - beside;
    return { start, perGigabyte, perThousandSmall };
  };
  const broker = {
    // A start of a client costs the broker little.
    perGigabyteIn: of(large, ({ sent }) => sent.broker) / gigabytes.large,
    perGigabyteOut: of(large, ({ received }) => received.broker) / gigabytes.large,
  };
  const both = of(small, ({ sent, received }) => sent.broker + received.broker);
  const bytes = gigabytes.small * (broker.perGigabyteIn + broker.perGigabyteOut);
  const perThousandRecords = (both - bytes) / (moved.small.records / 1000);
  const peaks = runs.map(([{ name }, all]) => ({
    name,
    uploader: median(all.map(({ sent }) => sent.peak)) / 1e6,
    downloader: median(all.map(({ received }) => received.peak)) / 1e6,
  }));
  const uploader = side(({ sent }) => sent.cpu);
  const downloader = side(({ received }) => received.cpu, durable);
  return JSON.stringify(
    { uploader, downloader, durable, broker: { ...broker, perThousandRecords }, peaks },
    undefined,
    2,
  );
}

/** By least squares: cores = idle + requests x a + messages x b + gigabytes x c, none of them below nothing. */
export function constantsOfServer(runs: readonly LiveRun[]): string {
  const rows = runs.map(({ transport, measured }) => {
    const { requests, bytes, seconds, server } = measured;
    const thousands = requests / seconds / 1000;
    const isAsked = transport === 'll-hls';
    return {
      x: [1, isAsked ? thousands : 0, isAsked ? 0 : thousands, bytes / seconds / 1e9],
      y: server / seconds,
    };
  });
  const [idle, perThousandRequests, perThousandMessages, perGigabyte] = leastSquares(rows);
  return JSON.stringify(
    { server: { idle, perThousandRequests, perThousandMessages, perGigabyte } },
    undefined,
    2,
  );
}

function leastSquares(rows: readonly { readonly x: readonly number[]; readonly y: number }[]): number[] {
  const size = rows[0]?.x.length ?? 0;
  const at = Array.from({ length: size }, () => 0);
  // Coordinate descent: few unknowns, and it holds them above nothing.
  for (let round = 0; round < 100_000; round += 1) {
    for (let index = 0; index < size; index += 1) {
      let [above, below] = [0, 0];
      for (const { x, y } of rows) {
        const weight = 1 / Math.max(y, 0.01) ** 2;
        const others = x.reduce((sum, value, other) => (other === index ? sum : sum + value * at[other]!), 0);
        above += weight * x[index]! * (y - others);
        below += weight * x[index]! ** 2;
      }
      at[index] = Math.max(0, below === 0 ? 0 : above / below);
    }
  }
  return at;
}
