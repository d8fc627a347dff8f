/** What stands on a topic, as kcat reads it: by no code of ours, so that it can bear witness. */
import { spawn } from 'node:child_process';

/** The names of headers by FORMAT.md; kcat joins headers with commas, and paths may hold commas too. */
const headerNames =
  'sluice|kind|uploader|path|upload|checksum|size|offset|digest|mtime|mode|reason|files|index';
const betweenHeaders = new RegExp(`,(?=(?:${headerNames})=)`);

const lineFeed = 0x0a;
/** Stands in no path of the tests, and marks where a record's headers end. */
const separator = '\x1e';

/** A record as kcat shows it. */
export interface TopicRecord {
  readonly partition: number;
  readonly offset: number;
  /** Bytes of the value. */
  readonly size: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Only when values were asked for. */
  readonly value: Buffer | undefined;
}

export interface ReadOptions {
  readonly bootstrapServers: string;
  readonly topic: string;
  /** True: `value` is given; every value passes through memory, one after the other. */
  readonly values?: boolean;
}

/** Reads a topic from its beginning to its present end. Rejects with what kcat says when it fails. */
export async function* topicRecords(options: ReadOptions): AsyncGenerator<TopicRecord> {
  const { bootstrapServers, topic, values = false } = options;
  const form = values ? `%p %o %S %h${separator}\n%s` : `%p %o %S %h${separator}\n`;
  const child = spawn('kcat', ['-C', '-b', bootstrapServers, '-t', topic, '-e', '-q', '-D', '', '-f', form]);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  exit.catch(() => {});
  try {
    yield* parse(child.stdout, values);
    const code = await exit;
    if (code !== 0) throw new Error(`kcat ended with ${code}: ${stderr}`);
  } finally {
    child.kill('SIGKILL');
  }
}

async function* parse(output: AsyncIterable<Buffer>, values: boolean): AsyncGenerator<TopicRecord> {
  let pieces: Buffer[] = [];
  let length = 0;
  /** Bytes that must be there before it is worth looking again. */
  let wanted = 1;
  for await (const piece of output) {
    pieces.push(piece);
    length += piece.length;
    if (length < wanted) continue;
    let rest: Buffer = pieces.length === 1 ? piece : Buffer.concat(pieces, length);
    for (;;) {
      const end = rest.indexOf(separator);
      if (end < 0 || rest[end + 1] !== lineFeed) {
        wanted = rest.length + 1;
        break;
      }
      const record = parseLine(rest.toString('utf8', 0, end));
      const from = end + 2;
      const to = values ? from + record.size : from;
      if (rest.length < to) {
        wanted = to;
        break;
      }
      yield { ...record, value: values ? rest.subarray(from, to) : undefined };
      rest = rest.subarray(to);
    }
    pieces = [rest];
    length = rest.length;
  }
  if (length > 0) throw new Error(`kcat's output ends within a record: ${length} bytes are left over`);
}

function parseLine(line: string): Omit<TopicRecord, 'value'> {
  const [partition = '', offset = '', size = ''] = line.split(' ', 3);
  const text = line.slice(partition.length + offset.length + size.length + 3);
  const pairs = text.split(betweenHeaders).map((pair): [string, string] => {
    const equals = pair.indexOf('=');
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  });
  return {
    partition: Number(partition),
    offset: Number(offset),
    // kcat says -1 for a tombstone.
    size: Math.max(0, Number(size)),
    headers: Object.fromEntries(text === '' ? [] : pairs),
  };
}
