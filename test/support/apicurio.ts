/** Apicurio Registry, a registry of schemas in Java that speaks as Confluent's does, fetched by Maven. It wants Java 21 or newer. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { glob, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/broker/default-folders.ts';
import { parseJavaVersion } from '../../src/broker/java.ts';
import { freePort } from '../../src/broker/ports.ts';
import { temporaryFolder } from './folder.ts';

import { waitFor } from './wait.ts';

const version = '3.3.3';
const oldestJava = 21;
const run = promisify(execFile);
const folderOf = (): string => join(cacheFolder(), `apicurio-${version}`);

/** Resolves with the folder of the registry, fetched first when this machine does not have it (159 MB). */
export async function ensureApicurio(say: (text: string) => void = () => {}): Promise<string> {
  if (existsSync(folderOf())) return folderOf();
  say(`fetching Apicurio Registry ${version} to ${cacheFolder()}`);
  await mkdir(cacheFolder(), { recursive: true });
  const folder = await mkdtemp(join(cacheFolder(), 'fetching-'));
  const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';
  const artifact = `-Dartifact=io.apicurio:apicurio-registry-app:${version}:tar.gz:all`;
  try {
    // In a folder without a project: Maven would look at one for what it is to do.
    await run('mvn', ['-q', '-B', copy, artifact, `-DoutputDirectory=${folder}`], { cwd: folder });
    const archive = `apicurio-registry-app-${version}-all.tar.gz`;
    await run('tar', ['-xzf', archive], { cwd: folder });
    await rm(join(folder, archive));
    await rename(folder, folderOf());
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    if (existsSync(folderOf())) return folderOf();
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? 'Maven is not installed (Debian: maven)' : (cause as Error).message;
    throw new Error(`Apicurio Registry could not be fetched: ${reason}`, { cause });
  }
  return folderOf();
}

/** A Java that is new enough: of JAVA_HOME, the PATH, or those that the system has beside. */
async function newJava(): Promise<string> {
  const home = process.env.JAVA_HOME;
  const found = ['java', ...(home === undefined ? [] : [join(home, 'bin/java')])];
  for await (const path of glob('/usr/lib/jvm/*/bin/java')) found.push(path);
  for (const command of found) {
    const said = await run(command, ['-version']).catch(() => undefined);
    if ((parseJavaVersion(said?.stderr ?? '') ?? 0) >= oldestJava) return command;
  }
  throw new Error(
    `Apicurio Registry wants Java ${oldestJava} or newer, and there is none: install it (Debian 13: openjdk-21-jre-headless), or set JAVA_HOME`,
  );
}

export interface Apicurio {
  /** Where it answers as Confluent's registry does. */
  readonly url: string;
}

/** A registry of its own, which holds all in memory. */
export async function startApicurio(t: TestContext): Promise<Apicurio> {
  const [home, java, folder] = [await ensureApicurio(), await newJava(), await temporaryFolder(t)];
  const [jar] = await Array.fromAsync(glob(join(home, '**/{quarkus-run,apicurio-registry-app*runner}.jar')));
  if (jar === undefined) throw new Error(`there is nothing to run in ${home}`);
  const port = await freePort('127.0.0.1', new Set());
  const words = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-jar', jar];
  const child = spawn(java, words, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, QUARKUS_HTTP_PORT: String(port), QUARKUS_HTTP_HOST: '127.0.0.1' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      output = (output + data).slice(-4000);
    });
  t.after(async () => {
    if (child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  });
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  await waitFor(
    async () => {
      if (child.exitCode !== null) throw new Error(`Apicurio Registry has ended: ${output}`);
      return (await fetch(`${url}/subjects`).catch(() => undefined))?.ok === true;
    },
    { what: 'Apicurio Registry', timeout: 120_000 },
  );
  return { url };
}
