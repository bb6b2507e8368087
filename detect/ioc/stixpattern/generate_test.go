package stixpattern_test

import (
	"fmt"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
)

// The generators draw from few names and values, so that patterns match often.

var start = time.Date(2026, 2, 10, 8, 0, 0, 0, time.UTC)

func pick(t *rapid.T, what string, from ...string) string {
	return rapid.SampledFrom(from).Draw(t, what)
}

func drawPath(t *rapid.T) string {
	return pick(t, "path",
		"file:name", "file:size", "file:hashes.MD5", "file:hashes.'SHA-256'", "file:magic_number_hex", "file:ctime", "file:parent_directory_ref.path",
		"file:extensions.'x-ext'.flag", "process:pid", "process:image_ref.name", "process:arguments[*]", "process:arguments[0]", "process:arguments[1]",
		"process:opened_connection_refs[*].dst_port", "ipv4-addr:value", "file:none")
}

func drawText(t *rapid.T) string {
	return pick(t, "text", "a", "b", "ab", "A", "é", "e\u0301", "", "a.b", "x'y", `c:\d`, "10.0.0.1", "10.0.0.9", "10.1.0.0/16")
}

func quote(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'" }

func drawConstant(t *rapid.T, orderable bool) string {
	kinds := []string{"text", "int", "float", "time", "hex", "binary", "bool"}
	if orderable {
		kinds = kinds[:6]
	}
	switch pick(t, "kind", kinds...) {
	case "int":
		return pick(t, "int", "0", "1", "2", "-1", "+2")
	case "float":
		return pick(t, "float", "0.5", "1.0", "-1.5", ".5")
	case "time":
		return pick(t, "time", "t'2026-02-10T08:00:00Z'", "t'2026-02-10T08:00:00.5Z'")
	case "hex":
		return pick(t, "hex", "h'61'", "h''", "h'E9'")
	case "binary":
		return pick(t, "binary", "b'YQ=='", "b'YWI='")
	case "bool":
		return pick(t, "bool", "true", "false")
	default:
		return quote(drawText(t))
	}
}

func drawPropTest(t *rapid.T) string {
	path := drawPath(t)
	not := pick(t, "not", "", "", "", "NOT ")
	switch op := pick(t, "op", "=", "=", "=", "!=", "<", "<=", ">", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET", "EXISTS"); op {
	case "EXISTS":
		return not + "EXISTS " + path
	case "IN":
		var members []string
		for range rapid.IntRange(0, 3).Draw(t, "members") {
			members = append(members, drawConstant(t, false))
		}
		return path + " " + not + "IN (" + strings.Join(members, ", ") + ")"
	case "LIKE":
		return path + " " + not + "LIKE " + quote(pick(t, "like", "a%", "%b", "_", "%", "a_b", "é", "10.%"))
	case "MATCHES":
		return path + " " + not + "MATCHES " + quote(pick(t, "regex", "^a", "b$", "[ab]", "(?i)A", "a.b", "^$", "é"))
	case "ISSUBSET", "ISSUPERSET":
		return "ipv4-addr:value " + not + op + " " + quote(pick(t, "net", "10.0.0.0/8", "10.0.0.0/30", "10.0.0.1/32", "10.1.2.0/24"))
	case "<", "<=", ">", ">=":
		return path + " " + not + op + " " + drawConstant(t, true)
	default:
		return path + " " + not + op + " " + drawConstant(t, false)
	}
}

func drawComparison(t *rapid.T, depth int) string {
	switch shape := rapid.IntRange(0, 5).Draw(t, "comparison"); {
	case depth > 0 && shape == 1:
		return drawComparison(t, depth-1) + " AND " + drawComparison(t, depth-1)
	case depth > 0 && shape == 2:
		return drawComparison(t, depth-1) + " OR " + drawComparison(t, depth-1)
	case depth > 0 && shape == 3:
		return "(" + drawComparison(t, depth-1) + ")"
	default:
		return drawPropTest(t)
	}
}

func drawPattern(t *rapid.T, depth int) string {
	switch shape := rapid.IntRange(0, 8).Draw(t, "pattern"); {
	case depth > 0 && shape == 1:
		return drawPattern(t, depth-1) + " AND " + drawPattern(t, depth-1)
	case depth > 0 && shape == 2:
		return drawPattern(t, depth-1) + " OR " + drawPattern(t, depth-1)
	case depth > 0 && shape == 3, depth > 0 && shape == 4:
		return drawPattern(t, depth-1) + " FOLLOWEDBY " + drawPattern(t, depth-1)
	case depth > 0 && shape == 5:
		return "(" + drawPattern(t, depth-1) + ")"
	case depth > 0 && shape == 6:
		return "(" + drawPattern(t, depth-1) + ") " + pick(t, "qualifier",
			"WITHIN 2 SECONDS", "WITHIN 1.5 SECONDS", "REPEATS 2 TIMES", "REPEATS 1 TIMES", "REPEATS 3 TIMES",
			"START t'2026-02-10T08:00:01Z' STOP t'2026-02-10T08:00:04Z'")
	default:
		return "[" + drawComparison(t, 2) + "]"
	}
}

// drawObservations draws at most n, each with a time of its own or not.
func drawObservations(t *rapid.T, n int) []stixpattern.Observation {
	all := make([]stixpattern.Observation, rapid.IntRange(1, n).Draw(t, "observations"))
	for i := range all {
		second := rapid.IntRange(0, 5).Draw(t, "second")
		all[i].Time = start.Add(time.Duration(second) * time.Second)
		for k := range rapid.IntRange(1, 4).Draw(t, "objects") {
			all[i].Objects = append(all[i].Objects, drawObject(t, fmt.Sprintf("%d-%d", i, k), all[i].Objects))
		}
	}
	return all
}

func drawObject(t *rapid.T, id string, earlier []stixpattern.Object) stixpattern.Object {
	o := stixpattern.Object{"type": pick(t, "type", "file", "process", "ipv4-addr", "directory", "network-traffic")}
	o["id"] = o.Type() + "--" + id
	set := func(key string, value any) {
		if rapid.IntRange(0, 3).Draw(t, "has "+key) > 0 {
			o[key] = value
		}
	}
	refer := func(key, typ string, list bool) {
		for _, e := range earlier {
			if e.Type() == typ && list {
				o[key] = []any{e["id"]}
			} else if e.Type() == typ {
				o[key] = e["id"]
			}
		}
	}
	switch o.Type() {
	case "file":
		set("name", drawText(t))
		set("size", rapid.SampledFrom([]any{int64(0), int64(1), int64(2), 0.5}).Draw(t, "size"))
		set("hashes", map[string]any{"MD5": drawText(t), "SHA-256": drawText(t)})
		set("magic_number_hex", pick(t, "magic", "61", "e9", "6162"))
		set("ctime", pick(t, "ctime", "2026-02-10T08:00:00Z", "2026-02-10T08:00:00.5Z", "2026-02-11T08:00:00Z"))
		set("extensions", map[string]any{"x-ext": map[string]any{"flag": rapid.Bool().Draw(t, "flag")}})
		refer("parent_directory_ref", "directory", false)
	case "process":
		set("pid", int64(rapid.IntRange(-1, 2).Draw(t, "pid")))
		set("arguments", []any{drawText(t), drawText(t)})
		refer("image_ref", "file", false)
		refer("opened_connection_refs", "network-traffic", true)
	case "ipv4-addr":
		o["value"] = pick(t, "address", "10.0.0.1", "10.0.0.9", "10.1.0.0/16", "192.0.2.1")
	case "directory":
		set("path", drawText(t))
	case "network-traffic":
		set("dst_port", int64(rapid.IntRange(0, 2).Draw(t, "port")))
	}
	return o
}
