/** Numbers in the words of people. */
import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';

/** `12.4 GB`; three digits that say something. */
export function bytes(count: number): string {
  return prettyBytes(Math.max(0, count));
}

/** `182 MB/s`. */
export function rate(bytesPerSecond: number): string {
  return `${prettyBytes(Math.max(0, Math.round(bytesPerSecond)))}/s`;
}

/** `1,204`. */
export function number(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 file`, `1,204 files`. */
export function files(count: number): string {
  return count === 1 ? '1 file' : `${number(count)} files`;
}

/** `850ms`, `12.3s`, `1m 8s`, `2h 5m`: the two largest units. */
export function duration(seconds: number): string {
  const milliseconds = Math.max(0, seconds) * 1000;
  if (milliseconds < 1000) return prettyMilliseconds(Math.round(milliseconds));
  if (milliseconds < 60_000) return prettyMilliseconds(milliseconds, { secondsDecimalDigits: 1 });
  return prettyMilliseconds(milliseconds, { secondsDecimalDigits: 0, unitCount: 2 });
}

/** Time left, which nobody knows to the tenth of a second: `8s`, `1m 8s`, `2h 5m`. */
export function timeLeft(seconds: number): string {
  return prettyMilliseconds(Math.max(1, Math.ceil(seconds)) * 1000, {
    secondsDecimalDigits: 0,
    unitCount: 2,
  });
}

/** `54%`; 100 % only when it is all there. */
export function percent(done: number, total: number): string {
  if (total <= 0) return done >= total ? '100%' : '0%';
  return `${done >= total ? 100 : Math.min(99, Math.floor((done / total) * 100))}%`;
}
