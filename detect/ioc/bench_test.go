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
