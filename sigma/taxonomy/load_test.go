package taxonomy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

func file(text string) taxonomy.File {
	return taxonomy.File{Name: "own.yml", Text: []byte(text)}
}

func TestUserTableAddsALogSource(t *testing.T) {
	tables := load(t, file(`
version: 1
providers: {Acme Agent: Acme/Audit}
carriers: WEC-Servers
logsources:
  - {product: acme, service: audit, when: {channel: Acme/Audit}}
  - {category: proxy, when: {schema: json, provider: acme-proxy}, where: {kind: [web, ftp], Url: "*"}}
fields:
  - when: {provider: acme-proxy}
    names: {request.url: c-uri}
`))
	view := tables.View(taxonomy.Origin{Schema: "evtx", Channel: "wec-servers", Provider: "acme agent"})
	if got, want := view.String(), "windows · acme · audit"; got != want {
		t.Errorf("view = %q, want %q", got, want)
	}
	proxy := tables.View(taxonomy.Origin{Schema: "json", Provider: "Acme-Proxy"})
	if got, want := names(proxy.Sigma("request.url")), "request.url c-uri"; got != want {
		t.Errorf("Sigma = %q, want %q", got, want)
	}
	ok, groups := proxy.Admits(sigma.LogSource{Category: "proxy"})
	if !ok || len(groups) != 1 || len(groups[0]) != 1 {
		t.Fatalf("Admits = %v, %v, want one group with one condition", ok, groups)
	}
	all := tables.Conditions()[groups[0][0]].(sigma.And)
	if p := all[0].(sigma.Or)[0].(*sigma.Predicate); p.Field != "Url" || p.Op != sigma.Exists {
		t.Errorf("first condition is on %s with operator %d, want Url and Exists", p.Field, p.Op)
	}
	if known, why := tables.Known(sigma.LogSource{Product: "acme", Service: "audit"}); !known {
		t.Error(why)
	}
	sources := tables.Sources()
	if last := sources[len(sources)-1]; len(sources) != len(load(t).Sources())+1 || last.Name != "own.yml" {
		t.Errorf("%d sources, the last is %s, want own.yml after the embedded ones", len(sources), last.Name)
	}
}

func TestUserTableReplacesWhatTheEmbeddedOnesSay(t *testing.T) {
	tables := load(t, file(`
version: 1
logsources:
  - {product: windows, category: file_delete, when: {channel: Microsoft-Windows-Sysmon/Operational, code: [23, 26]}, replace: true}
  - {product: windows, category: registry_delete, when: {channel: Microsoft-Windows-Sysmon/Operational, code: 12}}
fields:
  - when: {channel: Security, code: 4688}
    priority: 5
    aliases: {NewProcessName: [Image, Process]}
`))
	if got, want := tables.View(taxonomy.Origin{Schema: "evtx", Channel: sysmon, Code: "26"}).String(), "windows · sysmon · file_delete_detected · file_delete"; got != want {
		t.Errorf("view = %q, want %q", got, want)
	}
	view := tables.View(taxonomy.Origin{Schema: "evtx", Channel: sysmon, Code: "12"})
	if ok, groups := view.Admits(sigma.LogSource{Category: "registry_delete"}); !ok || groups != nil {
		t.Errorf("registry_delete = %v, %v, want admitted without condition", ok, groups)
	}
	targets := tables.View(taxonomy.Origin{Schema: "flat", Channel: "Security", Code: "4688"}).Sigma("NewProcessName")
	want := []taxonomy.Target{{Field: "NewProcessName"}, {Field: "Image", Priority: 5}, {Field: "Process", Priority: 5}}
	if len(targets) != 3 || targets[0] != want[0] || targets[1] != want[1] || targets[2] != want[2] {
		t.Errorf("targets = %v, want %v", targets, want)
	}
}

func TestSeveralConditionsOnOneCategoryAreAlternatives(t *testing.T) {
	tables := load(t, file(`
version: 1
logsources:
  - {category: dns, when: {provider: x}, where: {kind: query}}
  - {category: dns, when: {provider: x}, where: {kind: answer}}
`))
	_, groups := tables.View(taxonomy.Origin{Schema: "json", Provider: "x"}).Admits(sigma.LogSource{Category: "dns"})
	if len(groups) != 1 || len(groups[0]) != 2 {
		t.Errorf("groups = %v, want one with two conditions", groups)
	}
}

func TestBrokenTablesAreRefusedWithTheirPlace(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "reading taxonomy own.yml: the file is empty"},
		{"spec: x", "version is 0, and this program reads version 1"},
		{"version: 2", "version is 2, and this program reads version 1"},
		{"version: 1\nlogsource: []", "line 2: field logsource not found"},
		{"version: 1\nlogsources:\n  - {when: {channel: x}}", "logsources[0]: gives no product, service or category"},
		{"version: 1\nlogsources:\n  - {product: x}", "logsources[0] (product x): when is missing"},
		{"version: 1\nlogsources:\n  - {product: x, when: {channel: {a: b}}}", "line 3: want a value or a list of values"},
		{"version: 1\nlogsources:\n  - {product: x, when: {channel: [[a]]}}", "line 3: want a value or a list of values"},
		{"version: 1\nlogsources:\n  - {product: x, when: {channel: a}, where: {f: []}}", "logsources[0] (product x): where f: no values"},
		{"version: 1\nfields:\n  - {names: {a: b}}", "fields[0]: when is missing"},
		{"version: 1\nfields:\n  - {when: {schema: x}}", "fields[0]: maps nothing"},
		{"version: [", "reading taxonomy own.yml: yaml:"},
	} {
		_, err := taxonomy.Load(file(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Load(%q) = %v, want %q in it", c.text, err, c.want)
		}
	}
}

// The manual's example must do what the manual says of it.
func TestExampleOfTheManualWorks(t *testing.T) {
	manual, err := os.ReadFile(filepath.Join("..", "..", "docs", "reference", "taxonomy.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(manual), "```yaml\n")
	example, _, closed := strings.Cut(example, "```")
	if !found || !closed {
		t.Fatal("the manual has no example")
	}
	tables := load(t, file(example))
	view := tables.View(taxonomy.Origin{Schema: "evtx", Channel: "WEC-Servers", Provider: "Acme VPN", Code: "100"})
	if got, want := view.String(), "windows · acme · vpn · authentication"; got != want {
		t.Errorf("view = %q, want %q", got, want)
	}
	if _, groups := view.Admits(sigma.LogSource{Product: "acme", Category: "authentication"}); len(groups) != 1 {
		t.Errorf("authentication has %d groups of conditions, want 1", len(groups))
	}
	if got, want := names(view.Sigma("EventData.Peer Address")), "EventData.PeerAddress PeerAddress SourceIp"; got != want {
		t.Errorf("Sigma = %q, want %q", got, want)
	}
}
