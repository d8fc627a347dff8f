/** Where a machine's tokens come from, in the place of Google: a workload identity that is changed for one, and a metadata server. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryFolder } from './folder.ts';

export interface GoogleTokens {
  /** The token that is given from now on; undefined: nobody is given one. */
  give(token: string | undefined): void;
  /** Tokens that were given. */
  readonly given: number;
  /** For whom it is a workload identity (`GOOGLE_APPLICATION_CREDENTIALS`). */
  readonly identity: Readonly<Record<string, string>>;
  /** For whom it is the metadata server of a machine at Google. */
  readonly machine: Readonly<Record<string, string>>;
}

export async function startGoogleTokens(owner: TestContext, first: string): Promise<GoogleTokens> {
  let token: string | undefined = first;
  let given = 0;
  const server = createServer((request, response) => {
    request.resume();
    const headers = { 'content-type': 'application/json', 'metadata-flavor': 'Google' };
    const isToken = /\/token(?:\?|$)/.test(request.url ?? '');
    if (!isToken) return void response.writeHead(200, headers).end('{}');
    if (token === undefined)
      return void response
        .writeHead(400, headers)
        .end('{"error":"invalid_grant","error_description":"gone"}');
    given++;
    const answer = {
      access_token: token,
      expires_in: 3600,
      token_type: 'Bearer',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    };
    response.writeHead(200, headers).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  owner.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const folder = await temporaryFolder(owner);
  const [subject, file] = [join(folder, 'subject'), join(folder, 'identity.json')];
  await writeFile(subject, 'a-secret-subject');
  const identity = {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/p',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `http://127.0.0.1:${port}/v1/token`,
    credential_source: { file: subject },
  };
  await writeFile(file, JSON.stringify(identity));
  return {
    give: (next) => {
      token = next;
    },
    get given() {
      return given;
    },
    identity: { GOOGLE_APPLICATION_CREDENTIALS: file },
    machine: { GCE_METADATA_HOST: `127.0.0.1:${port}`, METADATA_SERVER_DETECTION: 'assume-present' },
  };
}
