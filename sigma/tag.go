package sigma

import (
	"fmt"
	"strings"
)

// checkTag returns what is wrong with a tag, empty if nothing is.
func checkTag(tag string) (string, Code) {
	namespace, name, ok := strings.Cut(tag, ".")
	switch {
	case !ok || namespace == "" || name == "":
		return fmt.Sprintf("the tag %q has no namespace", tag), CodeTag
	case namespace != "d3fend" && strings.ContainsFunc(tag, notTagRune):
		return fmt.Sprintf("the tag %q has characters other than a-z, 0-9, _, - and .", tag), CodeTag
	}
	good := true
	switch namespace {
	case "attack":
		good = isAttackTag(name)
	case "car":
		good = isDigits(strings.Split(name, "-"), 4, 2, 3)
	case "cve":
		year, number, ok := strings.Cut(strings.ReplaceAll(name, ".", "-"), "-")
		good = ok && isDigits([]string{year}, 4) && isDigits([]string{number}, len(number))
	case "d3fend":
	case "detection":
		good = name == "dfir" || name == "emerging-threats" || name == "threat-hunting"
	case "stp":
		good = name[0] >= '1' && name[0] <= '5' && (len(name) == 1 || len(name) == 2 && strings.ContainsRune("auk", rune(name[1])))
	case "tlp":
		good = name == "red" || name == "amber" || name == "amber-strict" || name == "green" || name == "clear"
	default:
		return fmt.Sprintf("the tag namespace %q is not in the specification", namespace), CodeTagNamespace
	}
	if !good {
		return fmt.Sprintf("%q is nothing that the tag namespace %q holds", name, namespace), CodeTag
	}
	return "", ""
}

func notTagRune(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '-' && r != '.'
}

// isAttackTag says whether a name is an ATT&CK tactic or has the form of a
// technique, group, software, data source, mitigation or asset number.
func isAttackTag(name string) bool {
	switch name {
	case "reconnaissance", "resource-development", "initial-access", "execution", "persistence", "privilege-escalation",
		"defense-evasion", "defense-impairment", "stealth", "credential-access", "discovery", "lateral-movement",
		"collection", "command-and-control", "exfiltration", "impact":
		return true
	}
	number := strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz")
	switch name[:len(name)-len(number)] {
	case "t":
		return isDigits(strings.Split(number, "."), 4) || isDigits(strings.Split(number, "."), 4, 3)
	case "g", "s", "ds", "m", "a", "ta", "c":
		return isDigits([]string{number}, 4)
	}
	return false
}

// isDigits says whether the parts are digits of the given lengths.
func isDigits(parts []string, lengths ...int) bool {
	if len(parts) != len(lengths) {
		return false
	}
	for i, p := range parts {
		if len(p) != lengths[i] || p == "" || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return true
}
