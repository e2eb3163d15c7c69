/** A word that may come next, and what it means. */
interface Choice {
  readonly word: string;
  readonly about: string;
}

/** What may come after a command: the commands below it, values of its argument, and its options. */
export interface Menu {
  /** The words of the command, such as `sweep merge`; empty for softmoe itself. */
  readonly path: string;
  readonly commands: readonly Choice[];
  /** Beside files, which may always come. */
  readonly values: readonly string[];
  readonly options: readonly (Choice & {
    readonly takesValue: boolean;
    readonly values: readonly string[];
  })[];
}

/** For bash: words as they are known, files where none is. */
export function bashScript(menus: readonly Menu[]): string {
  const words = menus.map((menu) => {
    const options = menu.options.map(({ word }) => word).join(' ');
    const others = [...menu.commands.map(({ word }) => word), ...menu.values].join(' ');
    return `    ${quote(menu.path)}) options=${quote(options)} others=${quote(others)} ;;`;
  });
  return `# bash completion of softmoe
_softmoe() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local at='' next i options='' others=''
  COMPREPLY=()
${commandSearch(menus, { first: 1, end: 'COMP_CWORD', words: 'COMP_WORDS' })}
  case "$at $before" in
${valueCases(menus, (values) => `COMPREPLY=($(compgen -W ${quote(values.join(' '))} -- "$current")); return`)}
    ${valueOptions(menus)}) return ;;
  esac
  case $at in
${words.join('\n')}
  esac
  [[ $current == -* ]] && others=$options
  COMPREPLY=($(compgen -W "$others" -- "$current"))
}
complete -o default -F _softmoe softmoe
`;
}

/** For zsh: words as they are known, with what each means, and files. */
export function zshScript(menus: readonly Menu[]): string {
  const described = (choices: readonly Choice[]) =>
    choices.map(({ word, about }) => quote(`${word.replaceAll(':', '\\:')}:${about}`)).join(' ');
  const cases = menus.map(({ path, commands, values, options }) => {
    const others = [...commands, ...values.map((word) => ({ word, about: 'value' }))];
    return `    ${quote(path)}) options=(${described(options)}) others=(${described(others)}) ;;`;
  });
  return `#compdef softmoe
_softmoe() {
  local at='' next i
  local -a options others
${commandSearch(menus, { first: 2, end: 'CURRENT', words: 'words' })}
  case "$at \${words[CURRENT-1]}" in
${valueCases(menus, (values) => `compadd -- ${values.map(quote).join(' ')}; return`)}
    ${valueOptions(menus)}) _files; return ;;
  esac
  case $at in
${cases.join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe option options
  else
    (( $#others )) && _describe command others
    [[ -n $at ]] && _files
  fi
}
if [[ $funcstack[1] == _softmoe ]]; then _softmoe "$@"; else compdef _softmoe softmoe; fi
`;
}

/** For fish: one line a word, under the condition that it may come next. */
export function fishScript(menus: readonly Menu[]): string {
  const lines = menus.flatMap(({ path, commands, values, options }) => {
    const seen = path
      .split(' ')
      .filter(Boolean)
      .map((word) => `__fish_seen_subcommand_from ${word}`);
    const not = commands.map(({ word }) => `not __fish_seen_subcommand_from ${word}`);
    const when = [...seen, ...not].join('; and ');
    const line = (rest: string) => `complete -c softmoe -n ${quote(when)} ${rest}`;
    return [
      ...commands.map(({ word, about }) => line(`-f -a ${word} -d ${quote(about)}`)),
      ...values.map((word) => line(`-a ${word}`)),
      ...options.map(({ word, about, takesValue, values: choices }) => {
        const value = choices.length > 0 ? ` -x -a ${quote(choices.join(' '))}` : ' -r';
        return line(`-l ${word.slice(2)}${takesValue ? value : ''} -d ${quote(about)}`);
      }),
    ];
  });
  return `# fish completion of softmoe\n${lines.join('\n')}\n`;
}

/** The loop of bash and zsh that finds the command, `at`, among the words from the first one until that being written. */
function commandSearch(
  menus: readonly Menu[],
  { first, end, words }: { readonly first: number; readonly end: string; readonly words: string },
): string {
  const paths = menus.filter(({ path }) => path !== '').map(({ path }) => quote(path));
  return `  for ((i = ${first}; i < ${end}; i++)); do
    next="\${at:+$at }\${${words}[i]}"
    case $next in
      ${paths.join(' | ')}) at=$next ;;
    esac
  done`;
}

/** Lines of a case over command and option: what to do for options whose values are known. */
function valueCases(menus: readonly Menu[], then: (values: readonly string[]) => string): string {
  return menus
    .flatMap(({ path, options }) =>
      options
        .filter(({ values }) => values.length > 0)
        .map(({ word, values }) => `    ${quote(`${path} ${word}`)}) ${then(values)} ;;`),
    )
    .join('\n');
}

/** The pattern of all other options that take a value. */
function valueOptions(menus: readonly Menu[]): string {
  return menus
    .flatMap(({ path, options }) =>
      options
        .filter(({ takesValue, values }) => takesValue && values.length === 0)
        .map(({ word }) => quote(`${path} ${word}`)),
    )
    .join(' | ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
