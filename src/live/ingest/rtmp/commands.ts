/** RTMP's commands (section 7.2), as far as who publishes needs them. Pure. */
import type { Refusal } from '../contract.ts';
import { type AmfValue, decodeAmf, encodeAmf } from './amf0.ts';
import { messageTypes, type RtmpMessage } from './messages.ts';

export interface RtmpCommand {
  readonly name: string;
  readonly transaction: number;
  /** What stands behind name and transaction: a command object, then arguments. */
  readonly more: readonly AmfValue[];
}

/** Undefined for what names no command. Throws FormatError for what is no AMF0. */
export function readCommand({ type, payload }: RtmpMessage): RtmpCommand | undefined {
  // Of AMF3's commands the first byte says so; what follows is AMF0 until something says otherwise.
  const values = decodeAmf(type === messageTypes.command3 ? payload.subarray(1) : payload);
  const [name, transaction, ...more] = values;
  if (typeof name !== 'string') return undefined;
  return { name, transaction: typeof transaction === 'number' ? transaction : 0, more };
}

/** A property of a command object; undefined: it is none, or has none. */
export function propertyOf(value: AmfValue, name: string): AmfValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

export function commandMessage(stream: number, values: readonly AmfValue[]): RtmpMessage {
  return { type: messageTypes.command, stream, timestamp: 0, payload: encodeAmf(values) };
}

/** Codecs by the four letters of enhanced RTMP that may be sent beyond those of FLV. */
const fourLetters = ['hvc1', 'av01', 'vp09'];

/** `_result` of `connect`. What a sender offers by four letters it is answered by, and may send. */
export function connectResult({ transaction, more }: RtmpCommand): RtmpMessage {
  const offered = propertyOf(more[0], 'fourCcList');
  const enhanced = offered === undefined ? {} : { fourCcList: fourLetters };
  const properties = { fmsVer: 'FMS/3,0,1,123', capabilities: 31, ...enhanced };
  const description = 'connected';
  const info = { level: 'status', code: 'NetConnection.Connect.Success', description, objectEncoding: 0 };
  return commandMessage(0, ['_result', transaction, properties, info]);
}

/** `_error` of `connect`. */
export function connectError({ transaction }: RtmpCommand, description: string): RtmpMessage {
  const info = { level: 'error', code: 'NetConnection.Connect.InvalidApp', description };
  return commandMessage(0, ['_error', transaction, null, info]);
}

export function result({ transaction }: RtmpCommand, value: AmfValue): RtmpMessage {
  return commandMessage(0, ['_result', transaction, null, value]);
}

export interface Status {
  readonly level: 'status' | 'error';
  readonly code: string;
  readonly description: string;
}

/** `onStatus` of a stream. */
export function statusMessage(stream: number, { level, code, description }: Status): RtmpMessage {
  return commandMessage(stream, ['onStatus', 0, null, { level, code, description }]);
}

/** Each of these is known to OBS as the end of its try; all programs show the description. */
const codes: Readonly<Record<Refusal, string>> = {
  denied: 'NetStream.Publish.Denied',
  busy: 'NetStream.Publish.BadName',
  invalid: 'NetStream.Publish.BadName',
  full: 'NetStream.Publish.Rejected',
  closing: 'NetStream.Publish.Rejected',
};

export function refusalStatus(why: Refusal, description: string): Status {
  return { level: 'error', code: codes[why], description };
}
