/** Completion for bash, with or without the package bash-completion; nothing is used that 3.2 (macOS) lacks. */
import { everyVerb, flagsIn, type ShownFlag, type ShownVerb, type Taken } from './tree.ts';

/** A script to be sourced. It asks nobody: what is completed stands in it. */
export function bashCompletion(program: string, tree: ShownVerb): string {
  const verbs = everyVerb(tree);
  const flags = verbs.flatMap((verb) => flagsIn(verb).map((flag) => [verb, flag] as const));
  const values = flags.filter(([, flag]) => flag.takes !== undefined);
  return `# Completion of ${program} for bash: eval "$(${program} completion bash)", or this in a file of ~/.local/share/bash-completion/completions.
_${program}() {
  local IFS=$' \\t\\n' current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} path= word skip= index
  # The shell cuts --flag=value in three.
  [ "$current" = = ] && current=
  [ "$before" = = ] && before=\${COMP_WORDS[COMP_CWORD-2]}
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if [ -n "$skip" ]; then [ "$word" = = ] || skip=; continue; fi
    case "$path:$word" in
${caseOf(verbs.slice(1).map(verbPattern), `path="\${path:+$path }$word"`)}
${caseOf(values.flatMap(flagPatterns), 'skip=1')}
    esac
  done
  COMPREPLY=()
  case "$path:$before" in
${[...byTaken(values)].map(([action, patterns]) => caseOf(patterns, `${action}; return`)).join('\n')}
  esac
  case "$path:$current" in
${verbs.map(flagNames).join('\n')}
${verbs
  .filter(({ verbs: below }) => below.length > 0)
  .map(verbNames)
  .join('\n')}
  esac
}
complete -F _${program} ${program}
`;
}

/** E.g. `live:publish`: what has been said so far, and the word. */
function verbPattern({ path }: ShownVerb): string {
  return `${path.slice(0, -1).join(' ')}:${path.at(-1)}`;
}

function flagPatterns([{ path }, { name, short }]: readonly [ShownVerb, ShownFlag]): string[] {
  const at = path.join(' ');
  return [`${at}:--${name}`, ...(short === undefined ? [] : [`${at}:-${short}`])];
}

/** What is done for a value, and the flags that it is done for. */
function byTaken(values: readonly (readonly [ShownVerb, ShownFlag])[]): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const pair of values) {
    const action = actionFor(pair[1].takes ?? 'anything');
    found.set(action, [...(found.get(action) ?? []), ...flagPatterns(pair)]);
  }
  return found;
}

function actionFor(takes: Taken): string {
  if (takes === 'anything') return ':';
  // As names of files they are escaped, and a folder gets a slash; bash 3.2 does without.
  if (takes === 'files' || takes === 'folders') {
    const kind = takes === 'files' ? '-f' : '-d';
    return `IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen ${kind} -- "$current"))`;
  }
  return replyFrom(takes);
}

function replyFrom(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$current"))`;
}

function flagNames(verb: ShownVerb): string {
  const names = flagsIn(verb).map(({ name }) => `--${name}`);
  return `    '${verb.path.join(' ')}:-'*) ${replyFrom(names)} ;;`;
}

function verbNames({ path, verbs }: ShownVerb): string {
  return `    '${path.join(' ')}:'*) ${replyFrom(verbs.map((below) => below.path.at(-1) ?? ''))} ;;`;
}

function caseOf(patterns: readonly string[], action: string): string {
  return `    ${patterns.map((pattern) => `'${pattern}'`).join('|')}) ${action} ;;`;
}
