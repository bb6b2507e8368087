package completion

import (
	"fmt"
	"strings"
)

// bash writes a script for bash 3.2 or later. See "Programmable Completion" in
// its manual.
func bash(program string, commands []command) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Completion of %[1]s for bash: eval "$(%[1]s completion bash)" in ~/.bashrc.
_%[1]s() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= i
    # bash takes --flag=value for three words
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$command ${COMP_WORDS[i]}" in
        %[2]s) command="$command ${COMP_WORDS[i]}" ;;
        esac
    done
    local words= flags= paths=
    case "$command" in
`, program, strings.Join(quoted(paths(commands)), " | "))
	for i := range commands {
		bashCommand(&b, &commands[i])
	}
	fmt.Fprintf(&b, `    esac
    local IFS=$'\n'
    if [[ $cur == -* && -n $flags ]]; then
        words=$flags paths=
    fi
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    if [[ -n $paths ]]; then
        compopt -o filenames 2>/dev/null
        COMPREPLY+=($(compgen -f -- "$cur"))
    fi
}
complete -F _%[1]s %[1]s
`, program)
	return b.String()
}

// bashCommand writes what can stand behind a command.
func bashCommand(b *strings.Builder, c *command) {
	var all []string
	fmt.Fprintf(b, "    %s)\n        case \"$prev\" in\n", quoted([]string{c.path})[0])
	for i := range c.flags {
		f := &c.flags[i]
		all = append(all, f.long)
		if !f.takes {
			continue
		}
		set := ":"
		switch {
		case len(f.words) > 0:
			set = "words=" + bashWords(f.words)
		case f.paths:
			set = "paths=1"
		}
		fmt.Fprintf(b, "        %s) %s ;;\n", strings.Join(f.spellings(), " | "), set)
	}
	words := c.words
	for i := range c.subs {
		words = append(words, c.subs[i].name())
	}
	fmt.Fprintf(b, "        *)\n            flags=%s\n", bashWords(all))
	if len(words) > 0 {
		fmt.Fprintf(b, "            words=%s\n", bashWords(words))
	}
	if c.paths {
		b.WriteString("            paths=1\n")
	}
	b.WriteString("            ;;\n        esac\n        ;;\n")
}

// bashWords returns words as one value, a line each.
func bashWords(words []string) string { return "$'" + strings.Join(words, `\n`) + "'" }
