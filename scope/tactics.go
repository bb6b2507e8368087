package scope

import "strings"

// tactics are the tactics of ATT&CK for Enterprise in the order of its matrix,
// as Sigma's tags spell them and as people do. The tags of before ATT&CK 18
// split defense-evasion into stealth and impair-defenses are kept.
var tactics = [...]struct{ tag, name string }{
	{"reconnaissance", "Reconnaissance"},
	{"resource-development", "Resource development"},
	{"initial-access", "Initial access"},
	{"execution", "Execution"},
	{"persistence", "Persistence"},
	{"privilege-escalation", "Privilege escalation"},
	{"defense-evasion", "Defense evasion"},
	{"stealth", "Stealth"},
	{"impair-defenses", "Impaired defenses"},
	{"defense-impairment", "Impaired defenses"},
	{"credential-access", "Credential access"},
	{"discovery", "Discovery"},
	{"lateral-movement", "Lateral movement"},
	{"collection", "Collection"},
	{"command-and-control", "Command and control"},
	{"exfiltration", "Exfiltration"},
	{"impact", "Impact"},
}

// Tactics returns the places in the matrix of the tactics that tags name, each
// once, in its order.
func Tactics(tags []string) []int {
	var places []int
	for i, t := range tactics {
		for _, tag := range tags {
			if tacticTag(tag) == t.tag {
				places = append(places, i)
				break
			}
		}
	}
	return places
}

// TacticName returns the name of the tactic at a place in the matrix.
func TacticName(place int) string { return tactics[place].name }

// NumTactics is how many places the matrix has.
const NumTactics = len(tactics)

func tacticTag(tag string) string {
	name, ok := strings.CutPrefix(strings.ToLower(tag), "attack.")
	if !ok {
		return ""
	}
	return strings.ReplaceAll(name, "_", "-")
}

// Techniques returns the ids of the techniques that tags name, as T1003.001.
func Techniques(tags []string) []string {
	var ids []string
	for _, tag := range tags {
		name := tacticTag(tag)
		if len(name) >= 5 && name[0] == 't' && name[1] >= '0' && name[1] <= '9' {
			ids = append(ids, strings.ToUpper(name))
		}
	}
	return ids
}
