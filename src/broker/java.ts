/** The Java that runs Kafka: where it is, how new it is, and what to install when there is none. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigurationError } from '../errors.ts';

const run = promisify(execFile);

/** Kafka 4's brokers need at least this. */
export const oldestJava = 17;

/** A Java runtime. `version` is the feature release, e.g. 17; `build` is the whole version line. */
export interface Java {
  readonly command: string;
  readonly version: number;
  readonly build: string;
}

const howToInstall =
  process.platform === 'darwin'
    ? 'Install it with: brew install openjdk@21'
    : 'Install it, on Debian or Ubuntu with: apt-get install openjdk-17-jre-headless';

/** Homebrew keeps its Java out of PATH. */
const besidePath = ['/opt/homebrew/opt/openjdk/bin/java', '/opt/homebrew/opt/openjdk@21/bin/java'];

function candidates(): string[] {
  const home = process.env.JAVA_HOME;
  if (home) return [join(home, 'bin', 'java')];
  return ['java', ...besidePath.filter((path) => existsSync(path))];
}

/** The feature release in what `java -version` prints: `"1.8.0_402"` is 8, `"17.0.15"` is 17, `"24-ea"` is 24. */
export function parseJavaVersion(output: string): number | undefined {
  const found = /version "(?:1\.)?(\d+)/.exec(output);
  return found ? Number(found[1]) : undefined;
}

/**
 * `$JAVA_HOME`, else the `java` of PATH, else Homebrew's.
 * @throws ConfigurationError when there is none, or only one older than {@link oldestJava}; it says what to install.
 */
export async function findJava(): Promise<Java> {
  let tooOld: Java | undefined;
  for (const command of candidates()) {
    const output = await run(command, ['-version']).then(
      ({ stdout, stderr }) => stderr + stdout,
      () => '',
    );
    const version = parseJavaVersion(output);
    if (version === undefined) continue;
    const java = { command, version, build: output.split('\n').slice(0, 2).join(' ').trim() };
    if (version >= oldestJava) return java;
    tooOld = java;
  }
  if (tooOld) {
    throw new ConfigurationError(
      `Java ${tooOld.version} (${tooOld.command}) is too old: Kafka needs Java ${oldestJava} or newer. ${howToInstall}`,
    );
  }
  throw new ConfigurationError(
    process.env.JAVA_HOME
      ? `No Java runs at JAVA_HOME=${process.env.JAVA_HOME}; Kafka needs Java ${oldestJava} or newer. Correct JAVA_HOME or unset it.`
      : `Java is not installed; Kafka needs Java ${oldestJava} or newer. ${howToInstall}`,
  );
}
