package ioc_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/detect/ioc"
)

// BenchmarkFind looks values of logs up among few and among very many
// indicators: the second must hardly cost more than the first.
func BenchmarkFind(b *testing.B) {
	values := [][]byte{
		[]byte(`C:\Windows\System32\svchost.exe -k netsvcs -p -s Schedule`),
		[]byte(`SHA1=DA39A3EE5E6B4B0D3255BFEF95601890AFD80709,MD5=D41D8CD98F00B204E9800998ECF8427E`),
		[]byte("https://update.vendor.example/v1/check?id=4711"), []byte("10.20.30.40"), []byte("www.ministry.example"),
		[]byte(strings.Repeat("An account was successfully logged on. Workstation Name: WS1 Logon Process: Kerberos. ", 20)),
	}
	bytes := 0
	for _, v := range values {
		bytes += len(v)
	}
	for _, n := range []int{100, 100_000} {
		var text strings.Builder
		for i := range n / 5 {
			fmt.Fprintf(&text, "a%d.example\n11.%d.%d.%d\n%032x\nhttp://b%d.example/%d\nf%d.exe\n", i, i>>16, i>>8&255, i&255, i+1, i, i, i)
		}
		c := &ioc.Collection{}
		c.Read("f", []byte(text.String()))
		if len(c.Indicators) != n {
			b.Fatal(len(c.Indicators), c.Messages)
		}
		set := ioc.Compile(c.Indicators)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var w ioc.Work
			b.ReportAllocs()
			b.SetBytes(int64(bytes))
			for b.Loop() {
				for _, v := range values {
					set.Find(v, &w)
				}
			}
		})
	}
}

// BenchmarkLoad reads and compiles very many indicators of the usual kinds: a
// scan of little takes as long.
func BenchmarkLoad(b *testing.B) {
	const n = 100_000
	var table, text strings.Builder
	table.WriteString("type,value,comment,valid_from,valid_until\n")
	for i := range n / 5 {
		for _, v := range [][2]string{
			{"domain", fmt.Sprintf("a%d.example", i)},
			{"ip-dst", fmt.Sprintf("11.%d.%d.%d", i>>16, i>>8&255, i&255)},
			{"md5", fmt.Sprintf("%032x", i+1)},
			{"url", fmt.Sprintf("http://b%d.example/%d", i, i)},
			{"filename", fmt.Sprintf("f%d.exe", i)},
		} {
			fmt.Fprintf(&table, "%s,%s,seen in a campaign,2020-01-01T00:00:00Z,2030-01-01T00:00:00Z\n", v[0], v[1])
			fmt.Fprintln(&text, v[1])
		}
	}
	for name, data := range map[string]string{"csv": table.String(), "text": text.String()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c := &ioc.Collection{}
				c.Read("f", []byte(data))
				if set := ioc.Compile(c.Indicators); set.Len() != n {
					b.Fatal(set.Len(), c.Messages)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/n*1e9, "ns/indicator")
		})
	}
}
