/** What {@link relayConfig} is told, and what it takes where it is not told. */
import type { ClientProperties } from '../kafka/properties.ts';

/** One of the two clusters. */
export interface RelayCluster {
  /** How MirrorMaker 2 calls it: letters, digits, `_` and `-`. With prefixed names its topics are `NAME.TOPIC` at the other one. */
  readonly name: string;
  /** How it is reached, as all functions of Sluice take it. */
  readonly kafka: ClientProperties;
  /** The absolute path of the file with these properties where MirrorMaker 2 runs: it reads secrets there. */
  readonly file?: string;
}

export const relayNames = ['kept', 'prefixed'] as const;
export const relaySecrets = ['refer', 'write'] as const;

export interface RelayOptions {
  /** The cluster that is copied. */
  readonly from: RelayCluster;
  /** The cluster that gets the copy. */
  readonly to: RelayCluster;
  /** Topics of files and of live media; those that belong to them (`.state`, `.index`, `.streams`) come along. */
  readonly topics: readonly string[];
  /** `kept`: topics have their names at both; `prefixed`: `NAME.TOPIC`, NAME being that of `from`. Default: kept. */
  readonly names?: (typeof relayNames)[number];
  /** What is copied keeps records for as long as topics at `to` are set to, not as long as at `from`. Default: false. */
  readonly ownRetention?: boolean;
  /** Consumer groups of other programs, as regular expressions, whose positions are brought along. Default: none. */
  readonly groups?: readonly string[];
  /** Bytes of the largest record. Default: 8 MiB, which topics of live media are made with. */
  readonly maxRecord?: number;
  /** Copies of each partition at `to`; -1: as that cluster has it by default. Default: -1. */
  readonly replicationFactor?: number;
  /** The release of MirrorMaker 2, `MAJOR.MINOR`. Default: 4.3. */
  readonly mirrorVersion?: string;
  /** `refer`: secrets are named by where they stand; `write`: they are written out. Default: refer. */
  readonly secrets?: (typeof relaySecrets)[number];
}

/** The same with defaults. */
export type RelaySettings = RelayOptions & Required<Omit<RelayOptions, 'groups'>>;

export const relayDefaults = {
  names: 'kept',
  ownRetention: false,
  maxRecord: 8 * 1024 * 1024,
  replicationFactor: -1,
  mirrorVersion: '4.3',
  secrets: 'refer',
} as const;
