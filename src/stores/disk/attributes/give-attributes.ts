/**
 * Giving files, folders and links their owners, extended attributes and ACLs. What the place, or the right of who runs this, does not allow is said once, and
 * done without: nothing that a file holds waits for it.
 */
import type { BigIntStats } from 'node:fs';
import { chown, lchown, lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describeError } from '../../../errors.ts';
import type { Attributes } from '../../../records/attributes.ts';
import type { FileLook } from '../../contract.ts';
import type { Notices } from '../../notices.ts';
import type { DiskCalls } from '../calls.ts';
import type { InPlace } from '../in-place.ts';
import { isFull } from '../space.ts';
import { isAcl } from './acl.ts';
import { runsAsAnother, withoutAcl, withoutStrangers } from './modes.ts';
import { noAttributes, type OwnerIds, type SinkAttributes } from './sink-attributes.ts';
import { accessAcl, defaultAcl, hasNoXattrs, ownXattrs, type XattrCalls } from './xattr.ts';

export interface GiveAttributesOptions {
  readonly place: string;
  readonly calls: DiskCalls;
  readonly notices: Notices;
  readonly wish?: SinkAttributes | undefined;
}

type Permitted = Pick<FileLook, 'mode' | 'attributes'>;
type Owned = Pick<BigIntStats, 'uid' | 'gid'>;

/** "Leave it" to the system. */
const asItIs = -1;
const leave = { uid: asItIs, gid: asItIs } as const;
const nobody: OwnerIds = { uid: undefined, gid: undefined };
/** Permission bits, and those that make a program run as somebody else. */
const [plain, all] = [0o777, 0o7777];
/** What is wrong is told of these alone: of what is gone, the caller. */
const passedOn = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EIO']);

export class GiveAttributes {
  readonly #options: GiveAttributesOptions;
  readonly #wish: SinkAttributes;

  constructor(options: GiveAttributesOptions) {
    this.#options = options;
    this.#wish = options.wish ?? noAttributes;
  }

  /** The same, for another file system. */
  at(place: string): GiveAttributes {
    return new GiveAttributes({ ...this.#options, place });
  }

  /** Files need more than their times and permissions. */
  get isWished(): boolean {
    return this.#wish.ownerOf !== undefined || this.#wish.calls !== undefined;
  }

  /**
   * Of what a record says of a mode, what is set: a file is not to run as its owner, nor a folder's files to be another group's, because a record says
   * so, unless that was asked for. What its ACL had given others than the group is no right of the group: an ACL that is set has the mode it came with.
   */
  permissions({ mode, attributes }: Permitted): number {
    return withoutAcl(mode, attributes) & this.bits;
  }

  /** The same of a file, once it is whose it is to be. */
  async permissionsOf(look: Permitted, lookAt: () => Promise<Owned>): Promise<number> {
    const mode = this.permissions(look);
    if (!runsAsAnother(mode)) return mode;
    const wanted = await this.#wish.ownerOf?.(look.attributes ?? {});
    const left = withoutStrangers(mode, await lookAt(), wanted ?? nobody, look.attributes);
    const { notices, place } = this.#options;
    if (left !== mode)
      notices.say(
        'special-bits',
        `${place}: files that do not belong to whom they belonged at the source, as far as records say that, come without their set-user-ID and set-group-ID bits (--owner gives them their owners)`,
      );
    return left;
  }

  /** Whether a file's permissions are to be found out by looking at it. */
  hasToLook(look: Permitted): boolean {
    return runsAsAnother(this.permissions(look));
  }

  /** The bits that {@link permissions} speaks of. */
  get bits(): number {
    return this.#wish.specialBits ? all : plain;
  }

  /** To an open file, before its permissions: a new owner takes the special bits from it. */
  async giveFirst(file: number, path: string, attributes: Attributes = {}): Promise<void> {
    await this.#giveXattrs(path, attributes);
    const { calls } = this.#options;
    await this.#giveOwner(
      attributes,
      () => calls.look(file),
      (uid, gid) => calls.setOwner(file, uid, gid),
    );
  }

  /** The same by calls in place, of an owner alone; false where there is more to be done, or to be found out. Throws the system's errors. */
  giveAtOnce(calls: InPlace, file: number, attributes: Attributes = {}): boolean {
    const { ownerOf, calls: others } = this.#wish;
    if (others !== undefined) return false;
    const wanted = ownerOf?.(attributes);
    if (wanted instanceof Promise) return false;
    const { uid, gid } = wanted === undefined ? leave : different(wanted, calls.look(file));
    if (uid !== asItIs || gid !== asItIs) calls.setOwner(file, uid, gid);
    return true;
  }

  /** To the same file behind its permissions, which an ACL has too. */
  async giveLast(path: string, attributes: Attributes = {}): Promise<void> {
    await this.#giveAcl(path, accessAcl, attributes.acl);
  }

  /** To a symbolic link itself, which has an owner alone. */
  giveLink(path: string, attributes: Attributes = {}): Promise<void> {
    return this.#giveOwner(
      attributes,
      () => lstat(path, { bigint: true }),
      (uid, gid) => lchown(path, uid, gid),
    );
  }

  /**
   * To a folder, by a path that leads to it. Its permissions come later, and change its ACL where it has one: resolves with those of the mode that
   * its record says, as far as its ACL stands.
   */
  async giveFolder(path: string, { mode, attributes = {} }: Permitted): Promise<number> {
    const inside = `${path}/.`;
    await this.#giveXattrs(inside, attributes, true);
    await this.#giveOwner(
      attributes,
      () => stat(path, { bigint: true }),
      (uid, gid) => chown(path, uid, gid),
    );
    const hasAcl = await this.#giveAcl(inside, accessAcl, attributes.acl);
    await this.#giveAcl(inside, defaultAcl, attributes.defaultAcl);
    return hasAcl ? mode : withoutAcl(mode, attributes);
  }

  /** To a folder that was made for files, of which no record says anything. */
  async giveMade(path: string): Promise<void> {
    if (this.#wish.isOneOwner) await this.giveLink(path);
  }

  async #giveOwner(
    attributes: Attributes,
    look: () => Promise<{ readonly uid: bigint; readonly gid: bigint }>,
    set: (uid: number, gid: number) => Promise<void>,
  ): Promise<void> {
    const { ownerOf } = this.#wish;
    if (ownerOf === undefined) return;
    const wanted = await ownerOf(attributes);
    const { uid, gid } = different(wanted, await look());
    if (uid === asItIs && gid === asItIs) return;
    try {
      await set(uid, gid);
    } catch (error) {
      this.#say('owner', error, 'files cannot be given their owners there, and belong to whoever runs this');
      // Of a group that one is in, one may make them.
      if (uid !== asItIs && gid !== asItIs) await set(asItIs, gid).catch(() => {});
    }
  }

  async #giveXattrs(path: string, { xattrs }: Attributes, mayHaveSome = false): Promise<void> {
    const { calls, xattrs: isWished } = this.#wish;
    if (!isWished || calls === undefined || xattrs === undefined) return;
    const wanted = Object.entries(xattrs).filter(([name]) => name.startsWith(ownXattrs));
    if (mayHaveSome) await this.#removeOthers(calls, path, new Set(wanted.map(([name]) => name)));
    for (const [name, value] of wanted) {
      try {
        await calls.set(path, name, Buffer.from(value, 'base64'));
      } catch (error) {
        await mustHaveRoom(path, error);
        if (hasNoXattrs(error))
          this.#say('xattrs', error, 'files cannot have extended attributes there, and come without');
        else
          this.#say(
            'xattr',
            error,
            `the extended attribute ${name} cannot be set there, nor can others, perhaps`,
          );
      }
    }
  }

  async #removeOthers(calls: XattrCalls, path: string, wanted: ReadonlySet<string>): Promise<void> {
    try {
      for (const name of await calls.list(path))
        if (name.startsWith(ownXattrs) && !wanted.has(name)) await calls.remove(path, name);
    } catch (error) {
      if (!hasNoXattrs(error)) this.#say('xattr-gone', error, 'extended attributes cannot be removed there');
    }
  }

  /** True where it has the ACL that its record says. */
  async #giveAcl(path: string, name: string, said: string | undefined): Promise<boolean> {
    const { calls, acls } = this.#wish;
    if (!acls || calls === undefined || said === undefined) return false;
    const value = Buffer.from(said, 'base64');
    try {
      if (value.length === 0) await calls.remove(path, name);
      else if (isAcl(value)) await calls.set(path, name, value);
      else this.#options.notices.say('acl-form', `${this.#options.place}: an ACL is left out that is none`);
      return isAcl(value);
    } catch (error) {
      await mustHaveRoom(path, error);
      if (!hasNoXattrs(error)) this.#say('acl', error, 'an ACL cannot be set there, nor can others, perhaps');
      else if (value.length > 0) this.#say('acls', error, 'files cannot have ACLs there, and come without');
      return false;
    }
  }

  /** Throws what concerns the file itself, or the disk. */
  #say(about: string, error: unknown, what: string): void {
    if (passedOn.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    const { notices, place } = this.#options;
    notices.say(`${about} ${place}`, `${place}: ${what} (${describeError(error)})`);
  }
}

/** Throws where the disk is full, or a quota used up, which is waited for as it is with bytes, and not the file's own room for attributes. */
async function mustHaveRoom(path: string, error: unknown): Promise<void> {
  if (await isFull(dirname(path), error)) throw error;
}

/** What is to be another one; all else stays as it is. */
function different(
  { uid, gid }: OwnerIds,
  found: { readonly uid: bigint; readonly gid: bigint },
): { readonly uid: number; readonly gid: number } {
  return {
    uid: uid === undefined || BigInt(uid) === found.uid ? asItIs : uid,
    gid: gid === undefined || BigInt(gid) === found.gid ? asItIs : gid,
  };
}
