/** SCRAM: the password never travels, and the broker proves that it knows it too. */
import { randomBytes } from 'node:crypto';
import type { Mechanism } from './exchange.ts';
import { clientFinal, clientFirst, scramAlgorithms, verifyServer } from './scram-messages.ts';

/** The mechanism for one user. */
export function scram(name: keyof typeof scramAlgorithms, username: string, password: string): Mechanism {
  return {
    name,
    user: `user ${JSON.stringify(username)}`,
    advice: `Check sasl.username and sasl.password (or sasl.jaas.config), and that the cluster has ${name} credentials for this user.`,
    async prepare() {
      return {
        async run(send) {
          const nonce = randomBytes(24).toString('base64url');
          const first = clientFirst(username, nonce);
          const serverFirst = (await send(Buffer.from(first.message))).toString();
          const final = await clientFinal(scramAlgorithms[name], password, nonce, first.bare, serverFirst);
          const serverFinal = await send(Buffer.from(final.message));
          verifyServer(serverFinal.toString(), final.serverSignature);
        },
      };
    },
  };
}
