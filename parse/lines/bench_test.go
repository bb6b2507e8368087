package lines_test

import (
	"bytes"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/lines"
)

// authLog is a log of an SSH server with what else is in such a file.
func authLog(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "Nov 24 %02d:%02d:%02d bastion ", i/3600%24, i/60%60, i%60)
		switch i % 8 {
		case 0, 1:
			fmt.Fprintf(&b, "sshd[%d]: Accepted publickey for user%d from 203.0.113.%d port %d ssh2: ED25519 SHA256:abcdefghijklmnop\n", 2000+i, i%50, i%250, 40000+i%20000)
		case 2, 3:
			fmt.Fprintf(&b, "sshd[%d]: Failed password for invalid user admin%d from 198.51.100.%d port %d ssh2\n", 2000+i, i%50, i%250, 40000+i%20000)
		case 4:
			fmt.Fprintf(&b, "sshd[%d]: Disconnected from authenticating user root 203.0.113.%d port %d [preauth]\n", 2000+i, i%250, 40000+i%20000)
		case 5:
			fmt.Fprintf(&b, "sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/systemctl restart nginx%d\n", i)
		case 6:
			fmt.Fprintf(&b, "CRON[%d]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)\n", 2000+i)
		default:
			fmt.Fprintf(&b, "kernel: [%d.123] eth0: link becomes ready, renamed from veth%d by the manager\n", i, i)
		}
	}
	return b.Bytes()
}

// samples are the lines of all parsers' tests, over and over.
func samples(tb testing.TB, n int) []byte {
	var b bytes.Buffer
	for b.Len() < n {
		for _, p := range lines.Parsers() {
			for _, t := range p.Tests {
				b.WriteString(t.Line + "\n")
			}
		}
	}
	if b.Len() == 0 {
		tb.Fatal("no samples")
	}
	return b.Bytes()
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Skip(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkDecode(b *testing.B) {
	for _, bench := range []struct {
		name string
		data []byte
	}{
		{"auth", authLog(4000)},
		{"mixed", samples(b, 256<<10)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			names := event.NewNames()
			d := lines.Format{}.NewDecoder(names)
			src := &event.Source{Written: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
			events, before := 0, cpuTime(b)
			b.SetBytes(int64(len(bench.data)))
			b.ReportAllocs()
			for b.Loop() {
				d.Decode(&parse.Block{Data: bench.data, Record: 1, Source: src}, func(*event.Event) bool {
					events++
					return true
				}, func(parse.Problem) {})
			}
			// The benchmark runs on one goroutine, so that what the process took
			// is what the decoder took, whatever else the machine does.
			b.ReportMetric(float64(events)/(cpuTime(b)-before).Seconds(), "events/cpu-s")
		})
	}
}
