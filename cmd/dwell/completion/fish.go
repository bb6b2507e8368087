package completion

import (
	"fmt"
	"strings"
)

// fish writes a script for fish 3. See complete(1) of fish.
func fish(program string, commands []command) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Completion of %[1]s for fish: %[1]s completion fish > ~/.config/fish/completions/%[1]s.fish
function __%[1]s_at
    set -l at
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
            case %[2]s
                set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
complete -c %[1]s -f
`, program, strings.Join(quoted(paths(commands)), " "))
	for i := range commands {
		c := &commands[i]
		on := fmt.Sprintf("complete -c %s -n %s", program, fishQuoted(fmt.Sprintf("__%s_at '%s'", program, c.path)))
		for k := range c.subs {
			fmt.Fprintf(&b, "%s -a %s -d %s\n", on, c.subs[k].name(), fishQuoted(c.subs[k].help))
		}
		if len(c.words) > 0 {
			fmt.Fprintf(&b, "%s -a %s\n", on, fishQuoted(strings.Join(c.words, " ")))
		}
		if c.paths {
			fmt.Fprintf(&b, "%s -F\n", on)
		}
		for k := range c.flags {
			fmt.Fprintf(&b, "%s%s\n", on, fishFlag(&c.flags[k]))
		}
	}
	return b.String()
}

func fishFlag(f *flag) string {
	text := " -l " + strings.TrimPrefix(f.long, "--")
	if f.short != "" {
		text += " -s " + strings.TrimPrefix(f.short, "-")
	}
	switch {
	case len(f.words) > 0:
		text += " -x -a " + fishQuoted(strings.Join(f.words, " "))
	case f.paths:
		text += " -r -F"
	case f.takes:
		text += " -x"
	}
	return text + " -d " + fishQuoted(f.help)
}

// fishQuoted returns a text in single quotes, in which fish knows two escapes.
func fishQuoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
