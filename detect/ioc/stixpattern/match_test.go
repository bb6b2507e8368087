package stixpattern_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
)

// host is one observation with something of everything.
func host() []stixpattern.Object {
	return []stixpattern.Object{
		{
			"type": "file", "id": "file--1", "name": "Café.exe", "size": int64(10), "hashes": map[string]any{"MD5": "ab", "SHA-256": "cd"},
			"magic_number_hex": "4d5a", "ctime": "2026-02-10T08:00:00.5Z", "parent_directory_ref": "directory--1",
			"extensions": map[string]any{"windows-pebinary-ext": map[string]any{"sections": []any{
				map[string]any{"name": ".text", "entropy": 6.5}, map[string]any{"name": "UPX0", "entropy": 7.9},
			}}},
		},
		{"type": "file", "id": "file--2", "name": "notes.txt", "size": int64(20)},
		{"type": "directory", "id": "directory--1", "path": `C:\Temp`, "contains_refs": []any{"file--1", "file--2", "file--9"}},
		{"type": "process", "id": "process--1", "pid": int64(4), "is_hidden": true, "image_ref": "file--1", "parent_ref": "process--2"},
		{"type": "process", "id": "process--2", "pid": int64(1), "is_hidden": false, "command_line": "a\nb"},
		{"type": "ipv4-addr", "id": "ipv4-addr--1", "value": "198.51.100.7"},
		{"type": "ipv6-addr", "id": "ipv6-addr--1", "value": "2001:db8::7"},
		{"type": "ipv4-addr", "id": "ipv4-addr--2", "value": "203.0.113.0/25"},
		{"type": "artifact", "id": "artifact--1", "payload_bin": "YWJj"},
	}
}

func TestTestsHoldOfObjectsByTheLetter(t *testing.T) {
	holds := `file:name = 'Café.exe'
file:name != 'notes.txt'
file:name NOT = 'notes.txt'
file:name > 'Cafe' AND file:name < 'D'
file:name >= 'notes.txt' AND file:name <= 'notes.txt'
file:name IN ('x', 'notes.txt')
file:name NOT IN ('Café.exe')
file:name LIKE 'Caf_.%'
file:name LIKE '%'
file:name NOT LIKE 'Caf%'
file:name MATCHES 'es\\.t'
file:name MATCHES '^Caf.\\.exe$'
file:name NOT MATCHES '^Caf'
process:command_line LIKE 'a_b'
file:size = 10.0
file:size > 9.5 AND file:size < 11
file:size >= 20
file:size IN (1, 20)
file:ctime = t'2026-02-10T08:00:00.5Z'
file:ctime > t'2026-02-10T08:00:00Z'
file:ctime <= t'2026-02-10T08:00:00.500Z'
process:is_hidden = true AND process:pid = 4
process:is_hidden != true
file:magic_number_hex = h'4D5A'
file:magic_number_hex = 'MZ'
file:magic_number_hex > h'4D'
file:magic_number_hex MATCHES '^MZ$'
artifact:payload_bin = b'YWJj'
artifact:payload_bin LIKE 'a%'
file:hashes.MD5 = 'ab' AND file:hashes.'SHA-256' = 'cd'
file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7
file:extensions.'windows-pebinary-ext'.sections[0].name = '.text'
file:parent_directory_ref.path = 'C:\\Temp'
directory:contains_refs[*].name = 'notes.txt'
directory:contains_refs[0].size = 10
process:image_ref.parent_directory_ref.path LIKE 'C:%'
process:parent_ref.pid = 1
process:image_ref = 'file--1'
process:type = 'process'
EXISTS file:hashes
NOT EXISTS file:hashes
EXISTS file:extensions.'windows-pebinary-ext'.sections[1]
NOT EXISTS process:image_ref AND process:pid = 1
ipv4-addr:value ISSUBSET '198.51.100.0/24'
ipv4-addr:value ISSUBSET '198.51.100.7/32'
ipv4-addr:value ISSUBSET '203.0.113.0/24'
ipv4-addr:value ISSUPERSET '203.0.113.9'
ipv4-addr:value ISSUPERSET '203.0.113.0/26'
ipv4-addr:value NOT ISSUBSET '198.51.100.0/24'
ipv6-addr:value ISSUBSET '2001:db8::/32'
ipv6-addr:value ISSUPERSET '2001:0db8:0:0::7'
file:name = 'x' OR file:size = 10 AND file:hashes.MD5 = 'ab'
(file:name = 'x' OR file:size = 10) AND file:hashes.MD5 = 'ab'
file:name = 1 OR file:size != 'x'`
	fails := `file:name = 'café.exe'
file:name = 1
file:name > 5
file:name NOT = 'x' AND file:name = 'x'
file:name = 'notes.txt' AND file:size = 10
file:name = 'notes.txt' AND process:pid = 1
file:name IN ()
file:name LIKE 'Caf'
file:name LIKE '_'
file:name MATCHES '^afé'
file:size = '10'
file:size > '1'
file:size IN ('10')
file:size LIKE '%'
file:ctime = t'2026-02-10T08:00:00Z'
file:name = t'2026-02-10T08:00:00Z'
file:none != 'x'
file:none NOT = 'x'
process:is_hidden = 'true'
process:pid = true
file:magic_number_hex = '4d5a'
file:hashes[0] = 'ab'
file:hashes = 'ab'
file:extensions.'windows-pebinary-ext'.sections.name = '.text'
file:extensions.'windows-pebinary-ext'.sections[2].name NOT = 'x'
file:extensions.'windows-pebinary-ext'.sections[-1].name NOT = 'x'
directory:contains_refs[2].name NOT = 'x'
directory:contains_refs.name = 'notes.txt'
file:name.x = 'notes.txt'
EXISTS file:none
EXISTS url:value
NOT EXISTS url:value
NOT EXISTS ipv4-addr:value
ipv4-addr:value ISSUBSET '198.51.100.7/33' OR file:size = 0
ipv4-addr:value ISSUBSET '203.0.113.0/26'
ipv4-addr:value ISSUPERSET '203.0.113.0/24'
ipv6-addr:value ISSUBSET '0.0.0.0/0'
file:name ISSUBSET '0.0.0.0/0'
(file:name = 'notes.txt' OR file:size = 20) AND file:hashes.MD5 = 'ab'`
	objects := host()
	for text, want := range map[string]bool{holds: true, fails: false} {
		for line := range strings.SplitSeq(text, "\n") {
			p, err := stixpattern.Parse("[" + line + "]")
			if strings.Contains(line, "/33") {
				if err == nil {
					t.Errorf("%s is read", line)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			if _, got := p.Tests[0].Roots(objects); got != want {
				t.Errorf("[%s] = %v; want %v", line, got, want)
			}
		}
	}
}

func TestPatternsMatchObservationsByTheLetter(t *testing.T) {
	const a, b, c = "[file:name = 'a']", "[file:name = 'b']", "[file:name = 'c']"
	for _, x := range []struct {
		pattern string
		seen    string // "a@0 ab@1.5": names and second
		want    bool
	}{
		{a + " AND " + b, "a@0 b@9", true},
		{a + " AND " + b, "b@0 a@9", true},
		{a + " AND " + b, "ab@0", false}, // one observation is used once
		{a + " AND " + b, "ab@0 a@0", true},
		{a + " AND " + a, "a@0", false},
		{a + " AND " + a, "a@0 a@0", true},
		{a + " OR " + b, "b@0", true},
		{a + " OR " + b, "c@0", false},
		{a + " FOLLOWEDBY " + b, "a@0 b@1", true},
		{a + " FOLLOWEDBY " + b, "a@1 b@0", false},
		{a + " FOLLOWEDBY " + b, "a@1 b@1", true}, // equal times follow each other
		{a + " FOLLOWEDBY " + b, "ab@1", false},
		{a + " AND " + b + " FOLLOWEDBY " + c, "a@0 c@1 b@2", false},
		{a + " AND " + b + " FOLLOWEDBY " + c, "a@0 b@2 c@2", true},
		{a + " FOLLOWEDBY " + b + " OR " + c, "a@0 c@1", true},
		{a + " AND " + b + " OR " + c, "c@1", true},
		{a + " FOLLOWEDBY (" + b + " AND " + c + ")", "a@1 b@0 c@2", false},
		{"(" + a + " AND " + b + ") WITHIN 2 SECONDS", "a@0 b@2", true},
		{"(" + a + " AND " + b + ") WITHIN 2 SECONDS", "a@0 b@2.5", false},
		{a + " AND " + b + " WITHIN 2 SECONDS", "a@0 b@9", true}, // WITHIN is about [b] alone
		{"(" + a + " AND " + b + ") WITHIN 0.5 SECONDS", "a@0 b@0.5", true},
		{a + " REPEATS 3 TIMES", "a@0 a@5 a@9", true},
		{a + " REPEATS 3 TIMES", "a@0 a@5 b@9", false},
		{a + " REPEATS 3 TIMES WITHIN 5 SECONDS", "a@0 a@5 a@9", false},
		{a + " REPEATS 2 TIMES WITHIN 5 SECONDS", "a@0 a@6 a@9", true},
		{a + " WITHIN 5 SECONDS REPEATS 2 TIMES", "a@0 a@9", true},
		{"(" + a + " FOLLOWEDBY " + b + ") REPEATS 2 TIMES", "a@0 b@1 a@2 b@3", true},
		{"(" + a + " FOLLOWEDBY " + b + ") REPEATS 2 TIMES", "a@0 b@1 b@2", false},
		{"(" + a + " OR " + b + ") REPEATS 2 TIMES", "a@0 b@0", true},
		{a + " START t'2026-02-10T08:00:01Z' STOP t'2026-02-10T08:00:03Z'", "a@1", true}, // START is in, STOP is not
		{a + " START t'2026-02-10T08:00:01Z' STOP t'2026-02-10T08:00:03Z'", "a@3", false},
		{a + " START t'2026-02-10T08:00:01Z' STOP t'2026-02-10T08:00:03Z'", "a@0", false},
		{"(" + a + " AND " + b + ") START t'2026-02-10T08:00:01Z' STOP t'2026-02-10T08:00:03Z'", "a@0 b@2", false},
	} {
		var observations []stixpattern.Observation
		for one := range strings.SplitSeq(x.seen, " ") {
			names, at, _ := strings.Cut(one, "@")
			var second float64
			if _, err := fmt.Sscan(at, &second); err != nil {
				t.Fatal(err)
			}
			observations = append(observations, letters(names, second))
		}
		p, err := stixpattern.Parse(x.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := stixpattern.Match(p, observations); got != x.want {
			t.Errorf("%s on %s = %v; want %v", x.pattern, x.seen, got, x.want)
		}
	}
}

func TestWhatATestAskedForIsNamed(t *testing.T) {
	p, err := stixpattern.Parse("[process:parent_ref.pid = 1 AND process:pid > 3 AND process:pid != 9 AND process:image_ref.name LIKE 'Caf%']")
	if err != nil {
		t.Fatal(err)
	}
	objects := host()
	roots, _ := p.Tests[0].Roots(objects)
	var got []string
	for _, f := range p.Tests[0].Found(objects, roots) {
		got = append(got, fmt.Sprint(f.Path, " ", f.Value))
	}
	if diff := cmp.Diff([]string{"process:parent_ref.pid 1", "process:pid 4", "process:image_ref.name Café.exe"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCaseMakesNoDifferenceWhereItIsToMakeNone(t *testing.T) {
	for text, want := range map[string]bool{
		"[file:name = 'CAFÉ.EXE']": true, "[file:name IN ('x', 'caFÉ.exe')]": true, "[file:name LIKE 'caf_.EX%']": true,
		"[file:name != 'CAFÉ.exe' AND file:size = 10]": false, "[file:name MATCHES 'CAF']": false, "[directory:path = 'c:\\\\temp']": false,
	} {
		p, err := stixpattern.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p.FoldCase(func(path stixpattern.Path) bool { return path.String() == "file:name" })
		if _, got := p.Tests[0].Roots(host()); got != want {
			t.Errorf("%s = %v; want %v", text, got, want)
		}
	}
}

func TestTheWindowOfAPatternIsKnown(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"([a:b = 1] AND [a:b = 2]) WITHIN 5 SECONDS": 5 * time.Second, "[a:b = 1] AND [a:b = 2] WITHIN 5 SECONDS": 0,
		"[a:b = 1] REPEATS 2 TIMES WITHIN 1.5 SECONDS": 1500 * time.Millisecond, "[a:b = 1] WITHIN 2 SECONDS REPEATS 2 TIMES": 0,
		"(([a:b = 1] AND [a:b = 2]) WITHIN 5 SECONDS) OR (([a:b = 1] AND [a:b = 2]) WITHIN 7 SECONDS)": 7 * time.Second,
	} {
		p, err := stixpattern.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := p.Reach(); got != want || ok != (want > 0) {
			t.Errorf("Reach(%s) = %v, %v; want %v", text, got, ok, want)
		}
	}
}
