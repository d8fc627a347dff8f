/**
 * Extended attributes of files, by the system's calls, which Node does not have. No path's last link is followed; a folder is `FOLDER/.`. All throw errors with the
 * system's `code`.
 */
import { constants } from 'node:os';
import { ConfigurationError } from '../../../errors.ts';
import { importOptional, needsPackage } from '../../../optional-package.ts';

export interface XattrCalls {
  list(path: string): Promise<readonly string[]>;
  /** Undefined where there is none of that name, or none that may be read. */
  get(path: string, name: string): Promise<Uint8Array | undefined>;
  set(path: string, name: string, value: Uint8Array): Promise<void>;
  /** Nothing happens where there is none. */
  remove(path: string, name: string): Promise<void>;
}

/** The package's own, as far as it is used. */
interface XattrPackage {
  listAttributes(path: string): Promise<string[]>;
  getAttribute(path: string, name: string): Promise<Buffer | null>;
  setAttribute(path: string, name: string, value: Buffer): Promise<void>;
  removeAttribute(path: string, name: string): Promise<void>;
}

const xattrPackage = '@napi-rs/xattr';

/** `what`: the options that need it. Throws ConfigurationError on other systems than Linux, and with the command that installs the package, when it is not there. */
export async function loadXattrs(what: string, name: string = xattrPackage): Promise<XattrCalls> {
  if (process.platform !== 'linux')
    throw new ConfigurationError(`${what} is for Linux, and this is ${process.platform}: leave it out`);
  return xattrCalls((await load(what, name)) as XattrPackage);
}

async function load(what: string, name: string): Promise<unknown> {
  try {
    return await importOptional(name);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // Of its part for this system it says so by an error without a code.
    const isMissing = code === undefined || code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    if (!isMissing) throw cause;
    throw new ConfigurationError(`${needsPackage(what, xattrPackage)}, or it has no part for this system`, {
      cause,
    });
  }
}

function xattrCalls(calls: XattrPackage): XattrCalls {
  return {
    list: (path) => calls.listAttributes(path).catch(rethrow),
    get: async (path, name) => (await calls.getAttribute(path, name).catch(rethrow)) ?? undefined,
    set: (path, name, value) => calls.setAttribute(path, name, Buffer.from(value)).catch(rethrow),
    async remove(path, name) {
      await calls
        .removeAttribute(path, name)
        .catch(rethrow)
        .catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENODATA') throw error;
        });
    },
  };
}

const codes = new Map(Object.entries(constants.errno).map(([code, number]) => [number as number, code]));

/** The package says the system's error in its text alone, by number. Without one it is its own: a name that is no text. */
function rethrow(cause: Error): never {
  const number = /\(os error (\d+)\)/.exec(cause.message)?.[1];
  const code = number === undefined ? 'EILSEQ' : (codes.get(Number(number)) ?? 'EIO');
  throw Object.assign(new Error(cause.message, { cause }), { code });
}

/** True for an error by which a file system says that it has no such attributes. */
export function hasNoXattrs(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return ['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code);
}

/** What everybody may have there for what he likes; sinks set no others, which give files rights, or are the system's own. */
export const ownXattrs = 'user.';
/** Of files and folders; and what is made in a folder gets. */
export const accessAcl = 'system.posix_acl_access';
export const defaultAcl = 'system.posix_acl_default';
