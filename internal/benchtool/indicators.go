package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
)

// indicatorCount is how many indicators are looked for.
const indicatorCount = 100_000

// Ids of tasks with indicators beside the rules. They stand next to the same
// tasks without.
const (
	withIndicators  = ", indicators"
	dwellIndicators = dwellAll + withIndicators
)

// makeIndicators writes a CSV file with the usual kinds of indicators.
func makeIndicators(o options, in *inputs) error {
	in.Indicators = filepath.Join(o.work, "indicators.csv")
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // repeatable, not secret
	hex := func(digits int) string {
		b := make([]byte, digits)
		for i := range b {
			b[i] = "0123456789abcdef"[random.IntN(16)]
		}
		return string(b)
	}
	domain := func() string {
		return fmt.Sprintf("%s.%s.%s", hex(3+random.IntN(6)), hex(5+random.IntN(8)), []string{"example", "com", "net", "org", "info"}[random.IntN(5)])
	}
	return writeFile(in.Indicators, func(w io.Writer) error {
		if _, err := io.WriteString(w, "type,value,comment,valid_from,valid_until\n"); err != nil {
			return err
		}
		for range indicatorCount {
			var kind, value string
			switch at := random.IntN(100); {
			case at < 30:
				kind, value = "domain", domain()
			case at < 55:
				kind, value = "ip-dst", fmt.Sprintf("%d.%d.%d.%d", 1+random.IntN(222), random.IntN(256), random.IntN(256), 1+random.IntN(254))
			case at < 65:
				kind, value = "md5", hex(32)
			case at < 72:
				kind, value = "sha1", hex(40)
			case at < 85:
				kind, value = "sha256", hex(64)
			case at < 94:
				kind, value = "url", fmt.Sprintf("http://%s/%s/%s.php?id=%d", domain(), hex(5), hex(6), random.IntN(9999))
			case at < 98:
				kind, value = "filename", "x"+hex(8)+[]string{".exe", ".dll", ".ps1", ".docx"}[random.IntN(4)]
			default:
				kind, value = "email-src", hex(6)+"@"+domain()
			}
			if _, err := fmt.Fprintf(w, "%s,%s,seen in a campaign,2020-01-01T00:00:00Z,2030-01-01T00:00:00Z\n", kind, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// withIndicators is a task with indicators beside its rules.
func (t task) withIndicators(in inputs) task {
	at := len(t.args) - 1
	args := append([]string{}, t.args[:at]...)
	t.id, t.args = t.id+withIndicators, append(args, "--ioc", in.Indicators, t.args[at])
	return t
}

func (r *report) indicators() (title, text string) {
	t := table{head: []string{"input", "CPU s without", "CPU s with", "with ÷ without", "net of load"}}
	for _, row := range []struct{ name, id string }{
		{"one event", dwellAll + load}, {"the JSON lines", dwellAll}, {"events that hardly repeat", dwellUnique}, {"a gigabyte of the JSON lines", dwellAllCores},
	} {
		with := row.id + withIndicators
		net := "–"
		if row.id != dwellAll+load {
			net = summarise(pairs(each(r.netOf(with, dwellAll+load+withIndicators), cpuSeconds), each(r.netOf(row.id, dwellAll+load), cpuSeconds))).with(2)
		}
		t.add(row.name, r.cpu(row.id).with(2), r.cpu(with).with(2),
			summarise(pairs(each(r.got[with], cpuSeconds), each(r.got[row.id], cpuSeconds))).with(2), net)
	}
	return "Indicators", fmt.Sprintf("All rules, with and without `--ioc` and %s indicators (domains, addresses, digests, URLs, names of files, senders) in a CSV\n"+
		"file. Reading and compiling them is the difference on one event.\n\n%s", grouped(indicatorCount), t.String())
}

// netOf returns the runs of a task without the median of another.
func (r *report) netOf(id, loadID string) []usage {
	base := summarise(each(r.got[loadID], cpuSeconds)).median
	var runs []usage
	for _, u := range r.got[id] {
		u.cpu -= seconds(base)
		runs = append(runs, u)
	}
	return runs
}
