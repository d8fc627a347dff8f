/** Somebody who came back from a provider and is let in nowhere; the message is for them. */
export class LoginRefused extends Error {}
