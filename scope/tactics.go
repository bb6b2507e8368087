package scope

import "strings"

// tactics are the tactics of ATT&CK for Enterprise in the order of its matrix,
// as Sigma's tags spell them and as people do. The tags of before ATT&CK 18
// split defense-evasion into stealth and impair-defenses are kept.
var tactics = [...]struct{ tag, name, id string }{
	{"reconnaissance", "Reconnaissance", "TA0043"},
	{"resource-development", "Resource development", "TA0042"},
	{"initial-access", "Initial access", "TA0001"},
	{"execution", "Execution", "TA0002"},
	{"persistence", "Persistence", "TA0003"},
	{"privilege-escalation", "Privilege escalation", "TA0004"},
	{"defense-evasion", "Defense evasion", "TA0005"},
	{"stealth", "Stealth", ""},
	{"impair-defenses", "Impaired defenses", ""},
	{"defense-impairment", "Impaired defenses", ""},
	{"credential-access", "Credential access", "TA0006"},
	{"discovery", "Discovery", "TA0007"},
	{"lateral-movement", "Lateral movement", "TA0008"},
	{"collection", "Collection", "TA0009"},
	{"command-and-control", "Command and control", "TA0011"},
	{"exfiltration", "Exfiltration", "TA0010"},
	{"impact", "Impact", "TA0040"},
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

// TacticID returns the id of the tactic at a place in the matrix, as TA0006; ""
// for those that ATT&CK 18.1 does not have.
func TacticID(place int) string { return tactics[place].id }

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
