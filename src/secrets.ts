/** Keeps passwords and keys out of what is shown. */

/** A text without the secrets of the addresses in it, e.g. `rtmp://***@camera/live`. */
export function withoutSecrets(text: string): string {
  return (
    text
      .replace(/:\/\/[^/\s]*@/g, '://***@')
      .replace(/age-secret-key-[a-z0-9-]+/gi, '***')
      // Tokens: JSON in base64url, three times.
      .replace(/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '***')
      .replace(
        // Of names the last word counts: access_token, AccountKey, X-Amz-Security-Token.
        /((?:passphrase|password|pwd|key|token|secret|signature|\bsig|\bauth|streamid|delegation)=)[^&\s'"]*/gi,
        '$1***',
      )
      .replace(/(rtmps?:\/\/[^/\s]+\/[^/\s]+\/)[^\s:'"]+/gi, '$1***')
  );
}

/** Flags whose values are keys, or may be. */
const secretFlag = /^--(?:stream-key|watch-key)(?:=|$)/;
/** `NAME=VALUE` of `-X`, by what names of secret properties have in common. */
const secretProperty =
  /^((?:-X=?|--property=)?[\w.-]*(?:password|secret|token|jaas|private|\.key)[\w.-]*=).*/is;

/** The words of a command line as they may be shown to others: what may be a key is `***`. */
export function argumentsWithoutSecrets(words: readonly string[]): string[] {
  return words.map((word, index) => {
    const before = words[index - 1] ?? '';
    if (secretFlag.test(before) && !before.includes('=')) return '***';
    if (secretFlag.test(word) && word.includes('=')) return word.replace(/=.*/s, '=***');
    return withoutSecrets(word.replace(secretProperty, '$1***'));
  });
}
