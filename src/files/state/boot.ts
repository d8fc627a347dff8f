/** The space in which process numbers mean something: one boot of one system, and one process namespace in it. */
import { readFileSync, readlinkSync } from 'node:fs';

/**
 * The boot id of the running kernel (`random(4)`, a new UUID at each boot) and the process namespace (`pid_namespaces(7)`), for
 * containers share the one and not the other. Undefined where the system has no such thing.
 */
export const thisBoot: string | undefined = readBoot();

function readBoot(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}
