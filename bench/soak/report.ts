/** A soak as a page: what was lost, what grew, and whether that is the bar. Pure. */
import { judge, type Verdict, warmUpShare } from './judge.ts';
import type { SoakResult } from './soak.ts';

/** What keeps a run from being a good one; empty when all is well. */
export function faultsOf(result: SoakResult): string[] {
  const { files, different, live, exitCodes, temporaryFiles, seen } = result;
  const codes = [...exitCodes].filter(([name, code]) => code !== 0 && !(code === 130 && name !== 'server'));
  return [
    ...(different.length > 0 ? [`files that are not there or differ: ${different.join(', ')}`] : []),
    ...(files.arrived < files.made ? [`versions that never arrived: ${files.made - files.arrived}`] : []),
    ...(files.wrong > 0 ? [`looks at wrong bytes under a final name: ${files.wrong}`] : []),
    ...(files.arrived === 0 || live.records === 0 || seen.parts === 0 ? ['nothing went through'] : []),
    ...(live.missing > 0 ? [`live records missing: ${live.missing}`] : []),
    ...(live.wentBack > 0 ? [`media sequence numbers that went back: ${live.wentBack}`] : []),
    ...(live.gaps > 0 ? [`live segments given up: ${live.gaps}`] : []),
    ...(live.hasEnded ? [] : ['the programme has no end']),
    ...(temporaryFiles > 0 ? [`temporary files left at the sink: ${temporaryFiles}`] : []),
    ...codes.map(([name, code]) => `${name} ended with exit code ${code}`),
  ];
}

export interface Heading {
  readonly date: string;
  readonly machine: string;
  readonly options: string;
  /** File name of the picture, beside the page. */
  readonly picture: string;
}

export function report(
  result: SoakResult,
  heading: Heading,
): { readonly page: string; readonly isGood: boolean } {
  const verdicts = result.series.map(judge);
  const growing = verdicts.filter(({ isFlat }) => !isFlat);
  const faults = faultsOf(result);
  const { files, live, seen } = result;
  const lines = [
    `# Soak: ${result.minutes.toFixed(0)} minutes of files, live video and viewers, ${result.restarts.length} restarts of the broker`,
    '',
    `${heading.date}, ${heading.machine}. ${heading.options}`,
    '',
    `- Lost or wrong: ${faults.length === 0 ? 'nothing' : faults.join('; ')}.`,
    `- Growing by more than noise: ${growing.length === 0 ? 'nothing' : growing.map(({ of, figure }) => `${of}'s ${figure}`).join('; ')}.`,
    `- Files: ${files.made} versions made (${(files.bytes / 1e9).toFixed(2)} GB), ${files.arrived} arrived and compared, the slowest after ${files.longest.toFixed(1)} s; ${files.late} times a version waited for the one before.`,
    `- Live: ${live.records} records of ${live.epochs} epochs, ${live.missing} missing, ${live.gaps} segments given up, ${live.dropped} dropped as repeated.`,
    `- Viewers: ${seen.joined} came and went, ${seen.parts} parts and messages, ${(seen.bytes / 1e9).toFixed(2)} GB. Failures: ${failures(seen.failures)}.`,
    '',
    `Slopes are those of the last two thirds, by least squares; the noise is three standard errors of block means. Growth within it, or below 1 % of the mean an hour, is flat. Warming up (the first ${Math.round(warmUpShare * 100)} %) does not count.`,
    '',
    `![every series over time](${heading.picture})`,
    '',
    '| program | figure | first | last | mean | most | slope an hour | noise | |',
    '|---|---|---|---|---|---|---|---|---|',
    ...verdicts.map(row),
    '',
  ];
  return { page: lines.join('\n'), isGood: faults.length === 0 && growing.length === 0 };
}

function row({ of, figure, unit, first, last, mean, most, perHour, noisePerHour, isFlat }: Verdict): string {
  const figures = [first, last, mean, most].map((value) => value.toFixed(1));
  const slope = `${perHour >= 0 ? '+' : ''}${perHour.toFixed(2)}`;
  const name = unit === '' ? figure : `${figure}, ${unit}`;
  return `| ${of} | ${name} | ${figures.join(' | ')} | ${slope} | ± ${noisePerHour.toFixed(2)} | ${isFlat ? 'flat' : '**grows**'} |`;
}

function failures(counted: ReadonlyMap<string, number>): string {
  return counted.size === 0
    ? 'none'
    : [...counted].map(([text, count]) => `${text} (${count} times)`).join('; ');
}
