import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TouchedError } from '../touched.ts';
import { PartWatch, type Stamp } from './part-watch.ts';

/** A file whose clock ticks with every change, and the steady clock of who watches it. */
class WatchedFile {
  now = 0;
  #changes = 0n;
  readonly watch: PartWatch = new PartWatch(true, () => this.now);

  change(): void {
    this.#changes++;
  }

  get stamp(): Stamp {
    return { size: 1n, mtimeNs: 0n, ctimeNs: this.#changes };
  }

  readonly look = async (): Promise<Stamp> => {
    const { stamp } = this;
    // A look takes its time: others may write meanwhile.
    await new Promise(setImmediate);
    return stamp;
  };

  /** A write of ours that lasts until its result is called. */
  async begin(): Promise<() => Promise<void>> {
    const [started, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const through = this.watch.write(this.look, async () => {
      this.change();
      started.resolve();
      await end.promise;
      this.change();
    });
    await started.promise;
    return () => {
      end.resolve();
      return through;
    };
  }

  async write(): Promise<void> {
    await (await this.begin())();
  }

  isAsLeft(): Promise<boolean> {
    return this.watch.isAsLeft(this.look);
  }
}

test('Our own writes, one after the other and several at once, are no change', async () => {
  const file = new WatchedFile();
  assert.equal(await file.isAsLeft(), true);
  for (let round = 0; round < 3; round++) {
    await file.write();
    await Promise.all([file.write(), file.write(), file.write()]);
    assert.equal(await file.isAsLeft(), true);
  }
});

test('What is changed between writes is told once, whatever is written afterwards', async () => {
  for (const writesOn of [false, true]) {
    const file = new WatchedFile();
    await file.write();
    file.change();
    if (writesOn) await Promise.all([file.write(), file.write()]);
    assert.throws(() => file.watch.confirm(file.stamp), TouchedError);
    assert.equal(await file.isAsLeft(), false);
    assert.equal(await file.isAsLeft(), true);
    file.watch.confirm(file.stamp);
  }
});

test('A write that lasts so long that anything may have happened beside it counts as a change', async () => {
  for (const [lasts, isAsLeft] of [
    [900, true],
    [1100, false],
  ] as const) {
    const file = new WatchedFile();
    const end = await file.begin();
    file.now += lasts;
    await end();
    assert.equal(await file.isAsLeft(), isAsLeft);
  }
});

test('Writes without a pause are given one, so that many of them are no long one', async () => {
  const file = new WatchedFile();
  let ends = [await file.begin()];
  for (let round = 0; round < 20; round++) {
    file.now += 150;
    // Begins beside the one before it, or waits until there was a look.
    const next = file.begin();
    await new Promise(setImmediate);
    for (const end of ends) await end();
    ends = [await next];
  }
  for (const end of ends) await end();
  assert.equal(await file.isAsLeft(), true);
  file.change();
  assert.equal(await file.isAsLeft(), false);
});

test('What cannot be looked at may have been changed', async () => {
  const file = new WatchedFile();
  const fails = async (): Promise<Stamp> => Promise.reject(new Error('EIO'));
  await file.watch.write(fails, async () => file.change());
  assert.equal(await file.isAsLeft(), false);
  await file.write();
  await file.watch.write(fails, async () => file.change());
  await file.write();
  assert.equal(await file.isAsLeft(), false);
});

test('Where looks tell nothing, nothing is asked', async () => {
  const watch = new PartWatch(false);
  const look = async (): Promise<Stamp> => assert.fail('looked at');
  await watch.write(look, async () => {});
  assert.equal(await watch.isAsLeft(look), true);
  watch.confirm({ size: 1n, mtimeNs: 1n, ctimeNs: 1n });
});
