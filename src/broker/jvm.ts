/** Starting Kafka's Java classes: one command line, one log configuration, and a watch that leaves no orphans. */
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { startChild } from '../child.ts';
import type { KafkaRuntime } from './runtime.ts';

/** What the JVMs of one node have in common. */
export interface JvmOptions {
  readonly runtime: KafkaRuntime;
  readonly heapMegabytes: number;
  /** See `longRunning` of BrokerOptions. */
  readonly longRunning: boolean;
  /** Holds server.properties, log4j2.properties and Kafka's own log files. */
  readonly folder: string;
}

/** The command that runs one of Kafka's classes. */
export function javaCommand(
  options: JvmOptions,
  mainClass: string,
  args: readonly string[],
): readonly [string, ...string[]] {
  const { runtime, heapMegabytes, longRunning, folder } = options;
  const archive = runtime.classArchive;
  return [
    runtime.java.command,
    `-Xmx${heapMegabytes}m`,
    '-XX:+UseSerialGC',
    // The quick compiler alone: half the processor's work of the first gigabyte, and a fifth more for those after the third.
    ...(longRunning ? [] : ['-XX:TieredStopAtLevel=1']),
    '-XX:+ExitOnOutOfMemoryError',
    // Java would warn about an archive on our output, but what is wrong with it costs nothing except time.
    '-Xlog:disable',
    '-Xlog:all=error:stderr',
    ...(archive === undefined
      ? []
      : [
          'use' in archive
            ? `-XX:SharedArchiveFile=${archive.use}`
            : `-XX:ArchiveClassesAtExit=${archive.make}`,
        ]),
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`,
    `-Dsluice.logs=${folder}`,
    '-cp',
    runtime.classPath,
    mainClass,
    ...args,
  ];
}

/**
 * Runs beside the JVM and reads the pipe that our process holds. Its end without a word means that our process died
 * without stopping the JVM (kill -9): then the JVM must go too, and its folder with it when that was a temporary one.
 * The JVM keeps the shell's own pid by `exec`.
 */
const watched = `
folder=$1
shift
(
  read -r word <&3 && exit 0
  tries=0
  if [ -n "$folder" ]; then kill -KILL $$; tries=140; else kill -TERM $$; fi
  while kill -0 $$ && [ $tries -lt 150 ]; do sleep 0.2; tries=$((tries + 1)); done
  kill -KILL $$
  if [ -n "$folder" ]; then rm -rf "$folder"; fi
) >/dev/null 2>&1 &
exec "$@" 3<&-
`;

/** Who ends the JVM when nobody stops it. */
export type Lifetime =
  /** It ends with our process; `removeFolder` then goes too. */
  | { readonly boundTo: 'parent'; readonly removeFolder: string | undefined }
  /** It outlives our process, until its pid is signalled. */
  | { readonly boundTo: 'nobody' };

/**
 * Starts a command with its output in `outputFile` (truncated). It has a process group of its own: Ctrl+C at a
 * terminal reaches only our process, which then stops things in order. It does not keep our event loop alive, unless
 * the caller says `ref()`. `pid` is the command's own.
 */
export function startProcess(
  command: readonly [string, ...string[]],
  outputFile: string,
  lifetime: Lifetime,
): ChildProcess {
  const output = openSync(outputFile, 'w');
  try {
    if (lifetime.boundTo === 'nobody') {
      const [program, ...args] = command;
      const child = startChild(program, args, { detached: true, stdio: ['ignore', output, output] });
      child.unref();
      return child;
    }
    const args = ['-c', watched, 'sluice-broker', lifetime.removeFolder ?? '', ...command];
    const child = startChild('/bin/sh', args, { detached: true, stdio: ['ignore', output, output, 'pipe'] });
    child.unref();
    // Not standard input: Node closes that one before it tells of the exit, and the word could no longer be said.
    const pipe = child.stdio[3];
    if (pipe instanceof Socket) {
      pipe.unref();
      // The watch may be gone when the word comes; that is as good as having heard it.
      pipe.on('error', () => {});
      child.once('exit', () => pipe.end('stopped\n'));
    }
    return child;
  } finally {
    closeSync(output);
  }
}
