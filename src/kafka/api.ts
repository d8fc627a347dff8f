/**
 * The seam to the library's codecs: its API modules ask their connection for nothing but `send`, so any object with
 * that method can speak all of them. Ours is `connection.ts`.
 */
import type { API, Callback, ResponseParser, Writer } from './codecs.ts';
import { ResponseError } from './codecs.ts';

/** What an API module of the library needs of its connection. */
export interface ApiConnection {
  /**
   * Sends one request and calls back once with the parsed response or an error. A response that carries Kafka error
   * codes arrives as the library's ResponseError, with the parsed response in its `response`.
   */
  send<Response>(
    apiKey: number,
    apiVersion: number,
    createPayload: () => Writer | Promise<Writer>,
    parser: ResponseParser<Response>,
    hasRequestTags: boolean,
    hasResponseTags: boolean,
    callback: Callback<Response>,
  ): void;
}

type Invoke<Arguments extends unknown[], Response> = (
  connection: ApiConnection,
  ...args: [...Arguments, Callback<Response>]
) => void;

/** Sends one request. Rejects with the library's ResponseError when the response carries any error code. */
export function call<Arguments extends unknown[], Response>(
  connection: ApiConnection,
  api: API<Arguments, Response>,
  ...args: Arguments
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const invoke = api as unknown as Invoke<Arguments, Response>;
    invoke(connection, ...args, (error, response) => {
      if (error) reject(error);
      else resolve(response as Response);
    });
  });
}

/** Sends one request and resolves with the response even when it carries error codes: the caller looks at each. */
export async function ask<Arguments extends unknown[], Response>(
  connection: ApiConnection,
  api: API<Arguments, Response>,
  ...args: Arguments
): Promise<Response> {
  try {
    return await call(connection, api, ...args);
  } catch (error) {
    const response = error instanceof ResponseError && Reflect.get(error, 'response');
    if (response) return response as Response;
    throw error;
  }
}
