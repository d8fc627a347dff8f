/** OAUTHBEARER (RFC 7628): a bearer token, and extensions that some providers ask for. */
import { type Mechanism, refuse } from './exchange.ts';
import type { TokenProvider } from './tokens.ts';

/** The mechanism with the tokens of one provider. */
export function oauthBearer(
  provider: TokenProvider,
  extensions: ReadonlyMap<string, string> = new Map(),
): Mechanism {
  const suffix = [...extensions].map(([name, value]) => `${name}=${value}\x01`).join('');
  return {
    name: 'OAUTHBEARER',
    user: provider.user,
    advice: provider.advice,
    async prepare(host) {
      const { value, isKept } = await provider.token(host);
      const refused = () => {
        provider.forget(value);
        return isKept;
      };
      return {
        async run(send) {
          const answer = await send(Buffer.from(`n,,\x01auth=Bearer ${value}\x01${suffix}\x01`));
          if (answer.length === 0) return;
          // A refusal comes as JSON in a good answer, and as an error once that is acknowledged (section 3.2.3), or as a broken connection.
          refused();
          await send(Buffer.from([1]));
          throw refuse(`the broker says ${answer.toString().slice(0, 200)}. ${provider.advice}`);
        },
        refused,
      };
    },
  };
}
