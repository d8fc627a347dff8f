/** What the executable loads and takes before it does anything: who moves files should not wait for a web server. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const source = new URL('../../src/', import.meta.url).href;

/** Runs a module's text in a process of its own; what it prints, as JSON. */
function inOwnProcess(text: string, flags: readonly string[] = []): unknown {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const args = [...flags, '--input-type=module', '--eval', text];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
}

/** The packages whose modules are loaded with these files of the source. */
function packagesOf(files: readonly string[]): string[] {
  const loaded = inOwnProcess(`
    import { registerHooks } from 'node:module';
    const packages = new Set();
    registerHooks({
      resolve(specifier, context, next) {
        const found = next(specifier, context);
        const [, name] = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(found.url) ?? [];
        if (name !== undefined) packages.add(name);
        return found;
      },
    });
    for (const file of ${JSON.stringify(files)}) await import(${JSON.stringify(source)} + file);
    console.log(JSON.stringify([...packages]));
  `);
  return loaded as string[];
}

const servers = ['fastify', 'prom-client', 'ws'];
/** Of the console alone, and of those who drop files there or come by OpenID Connect. */
const drops = ['@tus/server', '@tus/utils', 'srvx'];
const logins = ['openid-client', 'oauth4webapi'];
/** Of those who encrypt, or open, alone. */
const keys = /^(?:age-encryption|@noble|@scure)(?:$|\/)/;
/** Of those who use its store alone. */
const stores = /^(?:@aws-sdk|@smithy|@azure)\//;

test('moving files loads no web server, and serving does', () => {
  const files = ['upload', 'download', 'list', 'cat', 'verify'].map((name) => `files/${name}.ts`);
  const moving = packagesOf(['cli/program.ts', ...files]);
  assert.ok(moving.includes('@platformatic/kafka') && moving.includes('commander'));
  assert.deepEqual(
    moving.filter(
      (name) => servers.includes(name) || drops.includes(name) || stores.test(name) || keys.test(name),
    ),
    [],
  );
  const serving = packagesOf(['cli/program.ts', 'delivery/serve.ts']);
  assert.deepEqual(
    servers.filter((name) => !serving.includes(name)),
    [],
  );
  assert.deepEqual(
    serving.filter((name) => drops.includes(name) || logins.includes(name)),
    [],
  );
});

test('Only who wants it loads what files are dropped by, and what people log in by', () => {
  const others = [...drops, ...logins];
  const showing = packagesOf(['console/open.ts', 'console/beside.ts']);
  assert.ok(showing.includes('fastify'));
  assert.deepEqual(
    showing.filter((name) => others.includes(name)),
    [],
  );
  const dropping = packagesOf(['console/http/uploads/uploads.ts', 'console/http/access/oidc.ts']);
  assert.deepEqual(
    others.filter((name) => !dropping.includes(name)),
    [],
  );
});

test('the heap of the executable grows by little, and the console begins with few young objects', () => {
  const { young, old } = heapOf('--version');
  const mebibyte = 1024 * 1024;
  // By itself V8 would take up to 128, and a moment of much that lives takes some more.
  assert.ok(young[0] >= 4 * mebibyte && young[2] <= 32 * mebibyte, `the young one takes ${young} bytes`);
  assert.ok(old <= 40 * mebibyte, `the old generation takes ${old} bytes`);
  const { young: few } = heapOf('console', 'token', '--help');
  assert.ok(few[1] < 4 * mebibyte, `the young one of the console mostly takes ${few[1]} bytes`);
});

function heapOf(...words: readonly string[]) {
  return inOwnProcess(`
    import { getHeapSpaceStatistics } from 'node:v8';
    const write = process.stdout.write;
    process.stdout.write = () => true;
    process.argv = [process.argv[0], 'sluice', ...${JSON.stringify(words)}];
    await import(${JSON.stringify(source)} + 'cli/main.ts');
    const space = (name) => getHeapSpaceStatistics().find(({ space_name }) => space_name === name);
    const young = [];
    const old = [];
    // Some 6 MB live at any time: that is what the young generation grows for, and what becomes rubbish in the old one.
    const living = [];
    for (let round = 0; round < 300; round += 1) {
      living[round % 4] = Array.from({ length: 20_000 }, (_, at) => ({ at, round }));
      young.push(space('new_space').space_size);
      // Before its first collection V8 knows nothing of what lives.
      if (round >= 150) old.push(space('old_space').space_used_size);
    }
    process.stdout.write = write;
    // A process that is kept from running gives back what its young generation had, and collects late, and while it collects it takes more: it is judged
    // at its begin and in the middle.
    const middle = (sizes) => sizes.toSorted((one, other) => one - other)[sizes.length / 2];
    console.log(JSON.stringify({ young: [young[0], middle(young), Math.max(...young)], old: middle(old) }));
  `) as { readonly young: readonly [number, number, number]; readonly old: number };
}

test('Where V8 is told to take little memory, the heap is not collected for ever', () => {
  const collections = (flag: string): number =>
    inOwnProcess(
      `
      import { setTimeout } from 'node:timers/promises';
      import { boundHeap } from ${JSON.stringify(`${source}cli/heap.ts`)};
      boundHeap();
      let living = [];
      for (let round = 0; round < 200; round += 1) {
        living[round % 4] = Array.from({ length: 5000 }, (_, at) => ({ at, round }));
        if (round % 20 === 0) await setTimeout(1);
      }
      await setTimeout(200);
      let count = 0;
      new PerformanceObserver((list) => { count += list.getEntries().length; }).observe({ entryTypes: ['gc'] });
      await setTimeout(500);
      console.log(count);
    `,
      [flag],
    ) as number;
  for (const flag of ['--optimize-for-size', '--max-semi-space-size=1'])
    assert.ok(collections(flag) < 10, flag);
});

test('What of Node an uploader needs is loaded before a flag of V8 is changed, for it is compiled by the flags of the start', () => {
  const late = inOwnProcess(`
    await import(${JSON.stringify(`${source}cli/node-modules.ts`)});
    const before = new Set(process.moduleLoadList);
    await import(${JSON.stringify(`${source}cli/upload.ts`)});
    await import(${JSON.stringify(`${source}files/upload.ts`)});
    await import(${JSON.stringify(`${source}stores/disk/source.ts`)});
    console.log(JSON.stringify(process.moduleLoadList.filter((name) => !before.has(name))));
  `) as readonly string[];
  const ofOurUse = late.filter((name) => /^NativeModule (?!internal|sqlite|module)/.test(name));
  assert.deepEqual(ofOurUse, []);
});

test('A downloader makes many files durable at a time, and others have as many threads as Node gives them', () => {
  const threads = (verb: string, env = ''): number =>
    inOwnProcess(`
      import { readFileSync } from 'node:fs';
      import { stat } from 'node:fs/promises';
      ${env}
      const write = process.stdout.write;
      process.stdout.write = () => true;
      process.argv = [process.argv[0], 'sluice', ${JSON.stringify(verb)}, '--help'];
      await import(${JSON.stringify(source)} + 'cli/main.ts');
      await stat('.');
      process.stdout.write = write;
      console.log(/^Threads:\\s+(\\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
    `) as number;
  const usual = threads('upload');
  assert.equal(threads('download'), usual + 28);
  assert.equal(threads('download', "process.env.UV_THREADPOOL_SIZE = '5';"), usual + 1);
});
