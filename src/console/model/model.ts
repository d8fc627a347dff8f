/** What the console knows of a cluster, kept in memory from what the topics tell. */
import type { ClientProperties } from '../../kafka/properties.ts';
import type { Logger } from '../../log.ts';
import type { ConsoleModel } from '../contract.ts';

export interface ConsoleModelOptions {
  /** Kafka's own names; `bootstrap.servers` is required. */
  readonly kafka: ClientProperties;
  /** Of files; it need not exist. */
  readonly topic: string;
  /** Of live video; it need not exist. */
  readonly liveTopic: string;
  readonly logger?: Logger | undefined;
  /** Closes the model. */
  readonly signal?: AbortSignal | undefined;
  /** Where streams are watched: the address of a server's page, without a slash at the end. */
  readonly watchUrl?: string | undefined;
  /** Makes `T.reports` where it is missing and the client may. Default true. */
  readonly makeReports?: boolean | undefined;
  /** Of topics that are made. Default 1. */
  readonly replicationFactor?: number | undefined;
}

/**
 * Resolves at once, and fills itself while it is looked at; while Kafka is away it says so (`trouble`) and goes on by itself. Rejects
 * with ConfigurationError for properties that are wrong.
 */
export function createConsoleModel(_options: ConsoleModelOptions): Promise<ConsoleModel> {
  return Promise.reject(new Error('not written yet'));
}
