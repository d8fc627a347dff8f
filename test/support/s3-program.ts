/** What is to be known of a program that answers as S3 does. */

export interface S3Ground {
  /** The program's own, empty when it starts; removed behind it. */
  readonly folder: string;
  readonly port: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  /** Where the server is to tell of changes, if it can. */
  readonly notices?: NoticesTopic | undefined;
}

/** A topic of Kafka, which is there. */
export interface NoticesTopic {
  readonly bootstrapServers: string;
  readonly topic: string;
}

export interface S3Program {
  readonly name: string;
  /** Fetches or builds what is missing, and says so. Rejects with what to do. */
  prepare(say: (text: string) => void): Promise<void>;
  /** How it is started. */
  command(ground: S3Ground): Promise<readonly [string, ...string[]]>;
}
