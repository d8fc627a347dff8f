import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientFinal, clientFirst, scramAlgorithms, verifyServer } from './scram-messages.ts';

/** The exchange printed in RFC 7677, section 3. */
const nonce = 'rOprNGfwEbeRWgbNEkqO';
const fullNonce = `${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`;
const serverFirst = `r=${fullNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
const serverFinal = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=';

function answer(password: string, serverMessage: string) {
  const { bare } = clientFirst('user', nonce);
  return clientFinal(scramAlgorithms['SCRAM-SHA-256'], password, nonce, bare, serverMessage);
}

test('The exchange of RFC 7677', async () => {
  assert.equal(clientFirst('user', nonce).message, `n,,n=user,r=${nonce}`);
  const final = await answer('pencil', serverFirst);
  assert.equal(final.message, `c=biws,r=${fullNonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`);
  verifyServer(serverFinal, final.serverSignature);
});

test('Every comma and equals sign in a name is escaped', () => {
  assert.equal(clientFirst('a,b,c=d=', 'x').message, 'n,,n=a=2Cb=2Cc=3Dd=3D,r=x');
});

test('A broker that does not know the password is found out', async () => {
  const { serverSignature } = await answer('another', serverFirst);
  const refused = { kind: 'authentication', message: /cannot prove that it knows the password/ };
  assert.throws(() => verifyServer(serverFinal, serverSignature), refused);
  assert.throws(() => verifyServer('v=', serverSignature), refused);
  assert.throws(() => verifyServer('', serverSignature), refused);
});

test("A broker's error is told", async () => {
  const { serverSignature } = await answer('pencil', serverFirst);
  const refused = { kind: 'authentication', message: /answered other-error/ };
  assert.throws(() => verifyServer('e=other-error', serverSignature), refused);
});

const wrong: readonly [message: string, reason: RegExp][] = [
  ['r=foreign,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096', /did not extend the nonce/],
  [`r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`, /did not extend the nonce/],
  [`r=${fullNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1`, /asks for 1 iterations/],
  [`r=${fullNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=999999999`, /asks for 999999999 iterations/],
  [`r=${fullNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4e3`, /asks for 4e3 iterations/],
  [`r=${fullNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==`, /asks for no iterations/],
  [`r=${fullNonce},i=4096`, /sent no salt/],
  ['', /did not extend the nonce/],
];

for (const [message, reason] of wrong) {
  test(`A wrong first answer is refused: ${message.slice(0, 70)}`, async () => {
    await assert.rejects(answer('pencil', message), { kind: 'authentication', message: reason });
  });
}
