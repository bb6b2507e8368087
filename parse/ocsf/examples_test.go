package ocsf_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/parse/lines"
)

// examples are pairs of a raw record and what others made of it.
func examples(t *testing.T) (pairs [][2]string) {
	t.Helper()
	data := os.Getenv("DWELL_DATA")
	if data == "" {
		data = "../../../shared/data"
	}
	root := filepath.Join(data, "ocsf-examples", "mappings", "markdown")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no OCSF examples: set DWELL_DATA to a folder that has ocsf-examples")
	}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		for _, end := range [][2]string{{".raw", ".ocsf"}, {".event", ".json"}} {
			if base, ok := strings.CutSuffix(path, end[0]); ok {
				if _, err := os.Stat(base + end[1]); err == nil {
					pairs = append(pairs, [2]string{path, base + end[1]})
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return pairs
}

// isAside says of a name that it is left out of the comparison: copies of the
// raw record, and lists of values that are elsewhere in the object.
func isAside(name string) bool {
	for _, prefix := range []string{"unmapped", "observables", "raw_data", "enrichments"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

var update = flag.Bool("update", false, "write the comparison with the examples into docs/reference/ocsf.md")

// comparison counts the fields of the examples, and those that differ by cause.
type comparison struct {
	fields, present, equal, unread int
	other, missing                 map[string]int
}

// compare maps one raw record and counts the fields of what others made of it.
func (c *comparison) compare(t *testing.T, rawPath, theirsPath string) {
	t.Helper()
	raw, err := os.ReadFile(rawPath)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile(theirsPath)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if json.Unmarshal(theirs, &want) != nil {
		c.unread++
		return
	}
	format, confidence, err := formats.Recognise(raw)
	if err != nil || confidence <= lines.Unsure {
		t.Logf("not recognised: %s", rawPath)
		return
	}
	got := mapText(t, format, raw)
	if len(got) == 0 {
		t.Errorf("no record in %s", rawPath)
		return
	}
	ours, expected := map[string][]string{}, map[string][]string{}
	flatten(ours, "", got[0])
	flatten(expected, "", want)
	for name, values := range expected {
		if isAside(name) {
			continue
		}
		c.fields++
		switch have, ok := ours[name]; {
		case !ok:
			c.missing[causeOfAbsence(name)]++
		case gocmp.Equal(have, values):
			c.present, c.equal = c.present+1, c.equal+1
		default:
			c.present++
			c.other[causeOfDifference(name, strings.Join(have, " "), strings.Join(values, " "))]++
			t.Logf("%s: %s / %s", name, strings.Join(have, "|"), strings.Join(values, "|"))
		}
	}
}

// causeOfDifference says why a field of an example has another value here.
func causeOfDifference(name, ours, theirs string) string {
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case name == "metadata.version":
		return "`metadata.version`: ours is 1.6.0, the examples are of 1.0 to 1.5"
	case last == "time" || last == "time_dt" || strings.HasSuffix(last, "_time") || strings.HasSuffix(last, "_time_dt"):
		return "Times: theirs are in seconds, cut to seconds, or in local time; ours are milliseconds, UTC"
	case name == "metadata.profiles":
		return "`metadata.profiles`: ours are in a fixed order, and `host` where there is a device"
	case strings.EqualFold(ours, theirs), strings.TrimSuffix(theirs, ".") == ours:
		return "The same word in other letters, or a name with the dot of the root"
	case slices.Contains([]string{"class_uid", "class_name", "category_uid", "category_name", "type_uid", "type_name", "activity_id", "activity_name"}, name):
		return "Another class or activity: theirs tell logs of one source apart by hand (FTP, SSH, X.509 as network activity), or are of a class since replaced (2001)"
	case strings.HasPrefix(name, "severity"), strings.HasPrefix(name, "status"), strings.HasPrefix(name, "disposition"), strings.HasPrefix(name, "action"):
		return "Severity, status, action: theirs are Unknown where the record says nothing, or the source's own word"
	case strings.HasPrefix(name, "metadata.product"), name == "metadata.log_name", name == "metadata.event_code":
		return "Names of products, logs and events (`O365`, `Amazon`, `conn`, `AwsApiCall`)"
	case last == "uid":
		return "Identifiers: made up or changed in the example, or another one of several (ARN and principal of AWS)"
	case strings.HasPrefix(name, "connection_info"), strings.HasPrefix(name, "src_endpoint"), strings.HasPrefix(name, "dst_endpoint"), strings.HasPrefix(name, "traffic"):
		return "Connections: `boundary` and direction guessed by the contributor, ends in the order of the text (ours: who opened the connection)"
	default:
		return "Anything else"
	}
}

// causeOfAbsence says what a field of an example belongs to that is not here.
func causeOfAbsence(name string) string {
	first, _, _ := strings.Cut(name, ".")
	switch {
	case strings.HasPrefix(name, "metadata.product"):
		return "Constants about a product: version, feature"
	case strings.HasSuffix(name, "original_time"), strings.Contains(name, "_time"):
		return "Further times, and the time as the source wrote it (`metadata.original_time`)"
	}
	switch first {
	case "vulnerabilities", "finding", "finding_info", "malware", "evidence", "evidences", "resource", "resources", "compliance", "analytic", "remediation", "attacks", "impact", "impact_id", "state", "state_id", "cis_csc", "process_info":
		return "Objects of findings (vulnerabilities, evidence, resources, malware), and the class that 1.0 had for them"
	case "src_endpoint", "dst_endpoint", "device", "connection_info", "traffic", "proxy":
		return "Further attributes of endpoints and connections: instance, interface, subnet, type"
	case "tls", "http_request", "http_response", "ssh", "client_hassh", "server_hassh", "certificate", "firewall_rule", "smb", "dce_rpc":
		return "TLS, SSH, HTTP: fingerprints, certificates, headers, rules"
	case "actor", "user", "session", "entity", "group", "authorizations", "service", "user_result":
		return "Accounts, sessions and entities of identity services"
	case "api", "cloud":
		return "Requests and answers of APIs as text: the values are under `unmapped` one by one"
	default:
		return "Anything else, among it sources without a table (QRadar, Falco)"
	}
}

// text is the comparison as it stands in the documentation.
func (c *comparison) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Of %d fields %d (%d %%) are present and %d (%d %%) equal.\n\n| cause | fields |\n|---|---|\n",
		c.fields, c.present, 100*c.present/c.fields, c.equal, 100*c.equal/c.fields)
	for _, part := range []struct {
		title  string
		causes map[string]int
	}{{"Present, other value", c.other}, {"Missing", c.missing}} {
		total, causes := 0, make([]string, 0, len(part.causes))
		for cause, n := range part.causes {
			total, causes = total+n, append(causes, cause)
		}
		slices.SortFunc(causes, func(a, b string) int {
			return cmp.Or(cmp.Compare(part.causes[b], part.causes[a]), strings.Compare(a, b))
		})
		fmt.Fprintf(&b, "| **%s** | **%d** |\n", part.title, total)
		for _, cause := range causes {
			fmt.Fprintf(&b, "| %s | %d |\n", cause, part.causes[cause])
		}
	}
	return b.String()
}

func TestExamplesOfOthersHaveTheirFields(t *testing.T) {
	c := comparison{other: map[string]int{}, missing: map[string]int{}}
	for _, pair := range examples(t) {
		c.compare(t, pair[0], pair[1])
	}
	t.Logf("%d fields: %d present, %d equal; %d examples are no JSON", c.fields, c.present, c.equal, c.unread)
	if c.present*100 < 80*c.fields {
		t.Errorf("%d of %d fields are present, want 80 %%", c.present, c.fields)
	}
	const page = "../../docs/reference/ocsf.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := bytes.Cut(text, []byte("<!-- examples -->\n"))
	old, after, ok2 := bytes.Cut(rest, []byte("<!-- end of examples -->\n"))
	if !ok1 || !ok2 {
		t.Fatalf("%s has no place for the comparison", page)
	}
	if string(old) == c.text() {
		return
	}
	if !*update {
		t.Fatalf("%s is not what the comparison gives; go test ./parse/ocsf -update writes it", page)
	}
	text = fmt.Appendf(nil, "%s<!-- examples -->\n%s<!-- end of examples -->\n%s", before, c.text(), after)
	if err := os.WriteFile(page, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
