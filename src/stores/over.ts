/** What a sink may put a file over. */

/**
 * What may stand under a name that is published. `anything`: it is replaced. `nothing`: where anything stands, ReplacedError is thrown, and
 * nothing is written. `aside`: it is kept under another name beside its own first, and is under one of both at any time.
 */
export type Over = 'anything' | 'nothing' | 'aside';
