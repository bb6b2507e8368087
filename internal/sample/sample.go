// Package sample writes the logs in testdata/sample: one working day of two
// machines, with a small intrusion in it. Everything is made up; names and
// addresses are those set aside for documentation (RFC 2606, RFC 5737).
//
// What happens: e.novak opens a document on ws17 that starts PowerShell, which
// fetches a program. It stays by a Run key, looks around, takes passwords from
// the memory of LSASS, tries one password on many accounts of srv02, copies
// itself there with the administrator's, installs itself as a service and packs
// a folder of documents.
//
// [Files] always gives the same records; the test of this package compares them
// with the files, and writes them anew with -update.
package sample

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/dwell-project/dwell/internal/evtxwrite"
)

// The people and machines of the story.
const (
	domain      = "CORP"
	workstation = "ws17.corp.example"
	server      = "srv02.corp.example"
	user        = "e.novak"
	admin       = "adm-kral"
	userSID     = "S-1-5-21-1004336348-1177238915-682003330-1142"
	adminSID    = "S-1-5-21-1004336348-1177238915-682003330-1107"
	workAddress = "192.0.2.17"
	farAddress  = "203.0.113.45"
	farName     = "cdn.update.example"
	implant     = `C:\Users\e.novak\AppData\Roaming\updater.exe`
)

// Files returns the sample's files by their path.
func Files() (map[string][]byte, error) {
	d := &day{random: rand.New(rand.NewPCG(17, 2)), logs: map[string][]evtxwrite.Record{}} //nolint:gosec // it has to be the same each time
	d.work()
	d.intrusion()
	files := map[string][]byte{"srv02/winlogbeat.jsonl": d.beats()}
	for path, records := range d.logs {
		slices.SortStableFunc(records, func(a, b evtxwrite.Record) int { return a.Time.Compare(b.Time) })
		var log evtxwrite.Log
		for i, r := range records {
			r.ID = firstID(path) + uint64(i)
			if err := log.Add(r); err != nil {
				return nil, fmt.Errorf("%s: record %d: %w", path, r.ID, err)
			}
		}
		files[path] = log.Bytes()
	}
	return files, nil
}

// firstID returns where a log's record numbers begin: logs that have been
// written for a while do not begin at 1.
func firstID(path string) uint64 { return 40_000 + 1_000*uint64(len(path)) }

// day collects what the machines log on one day.
type day struct {
	random *rand.Rand
	logs   map[string][]evtxwrite.Record
	system []beat
	pid    uint32
	logon  uint64
}

// at is a time of that day: 2026-02-10, a Tuesday.
func at(clock string) time.Time {
	t, err := time.Parse(time.DateTime, "2026-02-10 "+clock)
	if err != nil {
		return time.Time{} // every record would be at the zero time, which the test sees
	}
	return t
}

// jitter adds up to a second, in steps of 100 ns, as clocks have it.
func (d *day) jitter(t time.Time) time.Time {
	return t.Add(time.Duration(d.random.IntN(10_000_000)) * 100)
}

func (d *day) nextPID() uint32 {
	d.pid += 4 * uint32(1+d.random.IntN(40))
	return 2000 + d.pid%14000
}

func (d *day) nextLogon() uint64 {
	d.logon += uint64(1000 + d.random.IntN(40_000))
	return 0x51000 + d.logon
}

// add logs a record.
func (d *day) add(path string, r evtxwrite.Record) { d.logs[path] = append(d.logs[path], r) }

// text is a data element of text.
func text(name, value string) evtxwrite.Data {
	return evtxwrite.Data{Name: name, Value: evtxwrite.String(value)}
}

// number is a data element of 32 bits.
func number(name string, value uint32) evtxwrite.Data {
	return evtxwrite.Data{Name: name, Value: evtxwrite.Uint32(value)}
}

// hex is a data element of 64 bits, shown in hexadecimal.
func hex(name string, value uint64) evtxwrite.Data {
	return evtxwrite.Data{Name: name, Value: evtxwrite.Hex64(value)}
}

// sid is a data element that is a security identifier; the ones of this
// package are well formed.
func sid(name, value string) evtxwrite.Data {
	v, err := evtxwrite.SID(value)
	if err != nil {
		v = evtxwrite.String(value)
	}
	return evtxwrite.Data{Name: name, Value: v}
}

// guid is a data element that is a GUID made of two numbers.
func guid(name string, a, b uint32) evtxwrite.Data {
	s := fmt.Sprintf("{6f1d2c3b-%04x-%04x-%04x-%08x%04x}", b>>16, b&0xffff, a>>16, a, a&0xffff)
	v, err := evtxwrite.GUID(s)
	if err != nil {
		v = evtxwrite.String(s)
	}
	return evtxwrite.Data{Name: name, Value: v}
}

// or is cmp.Or for the many values that have a default.
func or(s, otherwise string) string { return cmp.Or(s, otherwise) }
