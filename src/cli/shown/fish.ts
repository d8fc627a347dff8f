/** Completion for fish. */
import { everyVerb, flagsIn, type ShownFlag, type ShownVerb, type Taken } from './tree.ts';

/** A script to be sourced, or to stand in a file of `~/.config/fish/completions`. */
export function fishCompletion(program: string, tree: ShownVerb): string {
  const verbs = everyVerb(tree);
  const withValues = verbs.flatMap(({ path, ...verb }) =>
    flagsIn({ path, ...verb })
      .filter(({ takes }) => takes !== undefined)
      .flatMap(({ name, short }) => [
        `${path.join(' ')}:--${name}`,
        ...(short ? [`${path.join(' ')}:-${short}`] : []),
      ]),
  );
  const patterns = verbs.slice(1).map(({ path }) => `${path.slice(0, -1).join(' ')}:${path.at(-1)}`);
  return `# Completion of ${program} for fish: ${program} completion fish | source
function __${program}_path
    set -l path ''
    set -l skip no
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if test $skip = yes
            set skip no
            continue
        end
        switch "$path:$word"
            case ${patterns.map(quoted).join(' ')}
                set path (string trim "$path $word")
            case ${withValues.map(quoted).join(' ')}
                set skip yes
        end
    end
    echo $path
end
function __${program}_at
    test (__${program}_path) = "$argv[1]"
end
complete -c ${program} -f
${verbs.flatMap((verb) => linesOf(program, verb)).join('\n')}
`;
}

function linesOf(program: string, verb: ShownVerb): string[] {
  const at = `complete -c ${program} -n ${quoted(`__${program}_at ${quoted(verb.path.join(' '))}`)}`;
  const below = verb.verbs.map(({ path, summary }) => `${at} -a ${path.at(-1)} -d ${quoted(summary)}`);
  return [...below, ...flagsIn(verb).map((flag) => `${at} ${flagWords(flag)}`)];
}

function flagWords({ name, short, takes, help }: ShownFlag): string {
  const names = short === undefined ? `-l ${name}` : `-s ${short} -l ${name}`;
  return `${names}${takes === undefined ? '' : ` ${valueWords(takes)}`} -d ${quoted(help)}`;
}

function valueWords(takes: Taken): string {
  if (takes === 'files') return '-r -F';
  if (takes === 'folders') return `-x -a ${quoted('(__fish_complete_directories)')}`;
  return takes === 'anything' ? '-x' : `-x -a ${quoted(takes.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
