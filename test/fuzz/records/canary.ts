/** A folder with a sink in it, and all that must not change around it. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** In memory where the system has such a place: a case is a few hundred small files, and none is to be kept. */
const memory = '/dev/shm';

/** What is set aside may seem to be terabytes, of a few that came. */
function contentOf(path: string): Buffer {
  return lstatSync(path).size > 64 * 1024 * 1024 ? Buffer.alloc(0) : readFileSync(path);
}

export class Canary {
  readonly #folder: string;
  /** Where the sink is. */
  readonly root: string;
  readonly #before: string;

  constructor() {
    this.#folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'sluice-fuzz-'));
    this.root = join(this.#folder, 'sink');
    const around = join(this.#folder, 'canary');
    mkdirSync(join(around, 'dir'), { recursive: true });
    writeFileSync(join(around, 'secret'), 'secret');
    writeFileSync(join(around, 'dir', 'x'), 'x');
    // What somebody may have put into the sink before: links that lead out of it.
    mkdirSync(join(this.root, 'cam'), { recursive: true });
    symlinkSync(around, join(this.root, 'link'));
    symlinkSync(around, join(this.root, 'cam', 'inner-link'));
    symlinkSync(join(around, 'secret'), join(this.root, 'cam', 'file-link'));
    symlinkSync(join(around, 'nothing'), join(this.root, 'cam', 'dead-link'));
    this.#before = this.#around();
  }

  /** What is wrong around the sink: undefined where nothing is. */
  fault(): string | undefined {
    const now = this.#around();
    return now === this.#before ? undefined : `around the sink stands ${now}, not ${this.#before}`;
  }

  /** Path below the root -> bytes, of all files that stand there, the sink's own left out; what is no file or folder is told. */
  files(): { readonly files: ReadonlyMap<string, Buffer>; readonly odd: readonly string[] } {
    const files = new Map<string, Buffer>();
    const odd: string[] = [];
    const visit = (path: string): void => {
      for (const entry of readdirSync(join(this.root, path), { withFileTypes: true })) {
        const name = path === '' ? entry.name : `${path}/${entry.name}`;
        if (name === '.sluice') continue;
        if (entry.isDirectory()) visit(name);
        else if (entry.isFile()) files.set(name, contentOf(join(this.root, name)));
        else odd.push(name);
      }
    };
    visit('');
    return { files, odd: odd.filter((name) => !/^(link|cam\/(inner|file|dead)-link)$/.test(name)) };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #around(): string {
    const lines: string[] = [];
    const visit = (path: string): void => {
      for (const name of readdirSync(path).sort()) {
        const inner = join(path, name);
        if (inner === this.root) continue;
        const look = lstatSync(inner);
        const is = look.isSymbolicLink()
          ? readlinkSync(inner)
          : look.isFile()
            ? readFileSync(inner, 'utf8')
            : '';
        lines.push(
          `${inner.slice(this.#folder.length)} ${look.mode} ${look.isDirectory() ? '' : look.mtimeMs} ${is}`,
        );
        if (look.isDirectory()) visit(inner);
      }
    };
    visit(this.#folder);
    return lines.join('; ');
  }
}
