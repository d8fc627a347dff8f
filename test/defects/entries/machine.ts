/** The command line, and machines that lack something. */
import { type Defect, edit } from '../defect.ts';

const startsModel = 'test:models starts --seed 5 --runs 40';
const bare = 'test/e2e/bare-machine.test.ts';

export const machine: readonly Defect[] = [
  {
    name: 'help-of-nothing',
    breaks:
      'sluice lst --help printed the help of everything, with exit code 0, and not that there is no such verb.',
    edits: [
      edit(
        'src/cli/mistyped.ts',
        'if (next === undefined) return verbs;',
        'if (next === undefined) return words;',
      ),
    ],
    seekers: [],
    tests: ['src/cli/mistyped.test.ts', 'test/e2e/cli-usage.test.ts'],
  },
  {
    name: 'ports-looked-for-without-end',
    breaks: 'A broker on an address of another machine looked for a free port without end.',
    edits: [
      edit(
        'src/broker/ports.ts',
        "if (error.code === 'EADDRINUSE') resolve(false);",
        'if (error.code) resolve(false);',
      ),
    ],
    seekers: [],
    tests: ['src/broker/ports.test.ts'],
  },
  {
    name: 'no-home-no-verb',
    breaks:
      'Without HOME and without an entry in the list of users every verb, even --version, died with a stack.',
    edits: [
      edit(
        'src/machine.ts',
        `  } catch {
    return undefined;
  }
}

/** An absolute path`,
        `  } catch (error) {
    throw error;
  }
}

/** An absolute path`,
      ),
    ],
    seekers: [startsModel, bare],
    tests: [bare],
  },
  {
    name: 'variables-of-a-platform',
    breaks:
      'A service named sluice makes Kubernetes set SLUICE_PORT=tcp://10.0.0.1:8080, and serve refused to start.',
    edits: [
      edit(
        'src/cli/service-links.ts',
        '    for (const name of members) delete own[name];\n',
        '    for (const name of members) if (name === service) delete own[name];\n',
      ),
    ],
    seekers: [startsModel, bare],
    tests: ['src/cli/service-links.test.ts'],
  },
  {
    name: 'url-made-into-a-folder',
    breaks: '--to s3://bucket/x made a folder named "s3:", and said nothing.',
    edits: [
      edit(
        'src/stores/place.ts',
        '  if (!remote.test(text) && !schemes.test(text)) return undefined;',
        '  if (!remote.test(text) || !schemes.test(text) || text.length > 0) return undefined;',
      ),
    ],
    seekers: [startsModel, 'test:crash --first 1 --seeds 2 --no-points'],
    tests: ['src/stores/place.test.ts'],
  },
  {
    name: 'several-times-of-the-day-by-real-time',
    breaks:
      'With several times in a pattern (15,45 2 * * *) those that a change of the clock leaves out never ran, and those that come twice ran twice.',
    edits: [
      edit(
        'src/cli/schedule/schedule.ts',
        '      if (isOfTheDay(pattern))',
        '      if (isOfTheDay(pattern) && pattern === "")',
      ),
    ],
    seekers: [bare],
    tests: ['src/cli/schedule/schedule.test.ts'],
  },
  {
    name: 'output-that-ends-early',
    breaks: 'Any verb whose output ended early, as by | head -3, died with an unhandled error and a stack.',
    edits: [
      edit(
        'src/cli/stdout.ts',
        "  process.stdout.on('error', (error) => {",
        "  process.stdout.on('none', (error) => {",
      ),
    ],
    seekers: [startsModel, bare],
    tests: ['test/e2e/cli-output.test.ts'],
  },
  {
    name: 'a-child-without-streams',
    breaks:
      'Where a process may open nothing more, one stream that wanted FFmpeg ended the ingest server with all the others, and one picture that somebody asked for ended a server.',
    edits: [
      edit(
        'src/child.ts',
        '  if ((child.stdio as unknown) !== undefined) return child as PipedChild;',
        '  if (((child.stdio as unknown) ?? options) !== undefined) return child as PipedChild;',
      ),
    ],
    seekers: [],
    tests: ['src/live/encode/process.test.ts', 'src/delivery/http/snapshot.test.ts'],
  },
  {
    name: 'a-young-generation-that-may-not-grow',
    breaks:
      'Where V8 was told to keep it small, an idle process collected for ever: a quarter of a processor.',
    edits: [
      edit(
        'src/cli/heap.ts',
        '  if (works === undefined && !growYoung(young)) return;',
        '  if (works === undefined) growYoung(young);',
      ),
      edit(
        'src/cli/heap.ts',
        'young / 2 && !growYoung(young)) observer.disconnect();',
        'young / 2) growYoung(young);',
      ),
    ],
    seekers: [],
    tests: ['test/house/start.test.ts'],
  },
];
