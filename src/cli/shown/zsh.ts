/** Completion for zsh, by its own `_arguments`. */
import { everyVerb, flagsIn, type ShownFlag, type ShownVerb, type Taken } from './tree.ts';

/** A script to be sourced, or to stand as `_PROGRAM` in a folder of `fpath`. */
export function zshCompletion(program: string, tree: ShownVerb): string {
  const functions = everyVerb(tree).map((verb) => functionOf(program, verb));
  return `#compdef ${program}
# Completion of ${program} for zsh: eval "$(${program} completion zsh)" behind compinit, or this as _${program} in a folder of fpath.
${functions.join('\n')}
if [ "$funcstack[1]" = _${program} ]; then _${program} "$@"; else compdef _${program} ${program}; fi
`;
}

function functionOf(program: string, verb: ShownVerb): string {
  const flags = flagsIn(verb).map(argumentOf);
  const name = nameOf(program, verb);
  if (verb.verbs.length === 0) {
    const words = verb.words.map((word, index) =>
      quoted(`${index + 1}:${escaped(word.name)}:${actionFor(word.takes)}`),
    );
    return `${name}() {\n  _arguments -s -S ${[...flags, ...words].join(' \\\n    ')}\n}`;
  }
  const below = verb.verbs.map((one) => `${one.path.at(-1)}\\:${doubled(escaped(one.summary))}`);
  const cases = verb.verbs.map((one) => `${one.path.at(-1)}) ${nameOf(program, one)} ;;`);
  return `${name}() {
  local curcontext=$curcontext state line
  _arguments -C ${[...flags, quoted(`1: :((${below.join(' ')}))`), quoted('*:: :->below')].join(' \\\n    ')}
  [[ $state = below ]] && case $words[1] in ${cases.join(' ')} esac
}`;
}

function nameOf(program: string, { path }: ShownVerb): string {
  return `_${[program, ...path].join('_')}`;
}

function argumentOf({ name, short, argument, takes, repeated, help }: ShownFlag): string {
  const value = argument === undefined ? '' : `:${escaped(argument)}:${actionFor(takes ?? 'anything')}`;
  const shown = `[${escaped(help)}]`;
  const many = repeated ? '*' : '';
  const long = `--${name}${argument === undefined ? '' : '='}`;
  if (short === undefined) return quoted(`${many}${long}${shown}${value}`);
  return `${quoted(`(-${short} --${name})`)}{-${short},${long}}${quoted(`${shown}${value}`)}`;
}

function actionFor(takes: Taken): string {
  if (takes === 'files') return '_files';
  if (takes === 'folders') return '_files -/';
  return takes === 'anything' ? ' ' : `(${takes.map((word) => word.replaceAll(':', '\\:')).join(' ')})`;
}

/** What `_arguments` would take for its own. */
function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&');
}

function doubled(text: string): string {
  return `"${text.replace(/["$`]/g, '\\$&')}"`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
