/** PLAIN (RFC 4616): the password as it is, which only TLS protects. */
import type { Mechanism } from './exchange.ts';

/** The mechanism for one user. */
export function plain(username: string, password: string): Mechanism {
  return {
    name: 'PLAIN',
    user: `user ${JSON.stringify(username)}`,
    advice: 'Check sasl.username and sasl.password, or sasl.jaas.config.',
    async prepare() {
      return {
        async run(send) {
          await send(Buffer.from(`\0${username}\0${password}`));
        },
      };
    },
  };
}
