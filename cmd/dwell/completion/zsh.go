package completion

import (
	"fmt"
	"strings"
)

// zsh writes a script for zsh 5. See _arguments in zshcompsys(1).
func zsh(program string, commands []command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef %[1]s\n# Completion of %[1]s for zsh: %[1]s completion zsh > \"${fpath[1]}/_%[1]s\"\n\n", program)
	for i := range commands {
		zshCommand(&b, program, &commands[i])
	}
	fmt.Fprintf(&b, "if [[ $funcstack[1] == _%[1]s ]]; then\n    _%[1]s \"$@\"\nelse\n    compdef _%[1]s %[1]s\nfi\n", program)
	return b.String()
}

func zshCommand(b *strings.Builder, program string, c *command) {
	fmt.Fprintf(b, "%s() {\n", c.identifier(program))
	if len(c.subs) > 0 {
		b.WriteString("    local -a commands\n    local line state\n")
	}
	b.WriteString("    _arguments -s -S")
	if len(c.subs) > 0 {
		b.WriteString(" -C")
	}
	for i := range c.flags {
		fmt.Fprintf(b, " \\\n        %s", zshFlag(&c.flags[i]))
	}
	switch {
	case len(c.subs) > 0:
		b.WriteString(" \\\n        '1: :->command' '*:: :->rest'\n")
		zshSubs(b, program, c)
	case len(c.words) > 0:
		fmt.Fprintf(b, " \\\n        '1: :(%s)'\n", strings.Join(c.words, " "))
	case c.paths:
		b.WriteString(" \\\n        '*:path:_files'\n")
	default:
		b.WriteString("\n")
	}
	b.WriteString("}\n\n")
}

// zshSubs hands over to the functions of subcommands.
func zshSubs(b *strings.Builder, program string, c *command) {
	b.WriteString("    case $state in\n    command)\n        commands=(\n")
	for i := range c.subs {
		fmt.Fprintf(b, "            %s\n", quoted([]string{c.subs[i].name() + ":" + strings.ReplaceAll(c.subs[i].help, ":", `\:`)})[0])
	}
	b.WriteString("        )\n        _describe command commands\n        ;;\n    rest)\n        case $words[1] in\n")
	for i := range c.subs {
		fmt.Fprintf(b, "        %s) %s ;;\n", c.subs[i].name(), c.subs[i].identifier(program))
	}
	b.WriteString("        esac\n        ;;\n    esac\n")
}

// zshFlag returns a flag as a specification of _arguments.
func zshFlag(f *flag) string {
	escape := strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`, "'", `'\''`)
	rest := "[" + escape.Replace(f.help) + "]"
	long := f.long
	if f.takes {
		long += "="
		rest += ":" + escape.Replace(f.placeholder) + ":"
		switch {
		case len(f.words) > 0:
			rest += "(" + escape.Replace(strings.Join(f.words, " ")) + ")"
		case f.paths:
			rest += "_files"
		default:
			rest += " "
		}
	}
	short := f.short
	if short != "" && f.takes {
		short += "+"
	}
	switch {
	case f.repeats && f.short != "":
		return fmt.Sprintf("'*'{%s,%s}'%s'", short, long, rest)
	case f.repeats:
		return fmt.Sprintf("'*%s%s'", long, rest)
	case f.short != "":
		return fmt.Sprintf("'(%s %s)'{%s,%s}'%s'", f.short, f.long, short, long, rest)
	default:
		return fmt.Sprintf("'%s%s'", long, rest)
	}
}
