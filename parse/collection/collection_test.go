package collection_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/parse/collection"
)

// host asks for the host of a folder with the given files.
func host(folder string, files map[string]string) string {
	var names collection.Names
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return collection.Host(folder, names, func(name string) (io.ReadCloser, error) {
		text, ok := files[name]
		if !ok {
			return nil, errors.New("no such file")
		}
		return io.NopCloser(strings.NewReader(text)), nil
	})
}

func TestVelociraptorNamesTheHostInItsClientInfo(t *testing.T) {
	for info, want := range map[string]string{
		`{"Hostname":"WS1","Fqdn":"ws1.corp.example","OS":"windows"}`: "ws1.corp.example",
		`{"Hostname":"WS1"}`: "WS1",
		`{"client_id":"C.1","os_info":{"system":"windows","hostname":"WS1","fqdn":""}}`: "WS1",
		`{"Hostname":`: "",
		`{}`:           "",
	} {
		if got := host("out", map[string]string{"client_info.json": info, "collection_context.json": "{}"}); got != want {
			t.Errorf("the host in %s is %q; want %q", info, got, want)
		}
	}
	if got := host("out", map[string]string{"client_info.json": `{"Hostname":"WS1"}`}); got != "" {
		t.Errorf("a client_info.json by itself names %q", got)
	}
}

func TestKAPENamesTheHostItRanOn(t *testing.T) {
	const live = "Command line:   --tsource C: --tdest E:\\out --target EventLogs\r\n\r\nSystem info: Machine name: WS1, 64-bit: True, User: x OS: Windows10\r\n"
	image := strings.Replace(live, "--tsource C:", "--tsource F:", 1)
	stamped := strings.ReplaceAll(live, "\r\n", "\r\n[2025-03-01 10:00:00.1 | INF] ")
	for _, test := range []struct {
		name, folder string
		files        map[string]string
		want         string
	}{
		{"live", "out", map[string]string{"x_ConsoleLog.txt": live, "C": ""}, "WS1"},
		{"live, times in front", "out", map[string]string{"x_ConsoleLog.txt": "[2025] " + stamped, "C": ""}, "WS1"},
		{"of an image", "cases/FS03", map[string]string{"x_ConsoleLog.txt": image, "C": ""}, "FS03"},
		{"without console log", "cases/FS03", map[string]string{"x_CopyLog.csv": "", "D": ""}, "FS03"},
		{"in an archive, of an image", "", map[string]string{"x_ConsoleLog.txt": image, "C": ""}, ""},
		{"without drive", "out", map[string]string{"x_ConsoleLog.txt": live}, ""},
		{"without logs", "out", map[string]string{"C": "", "y.txt": live}, ""},
	} {
		if got := host(test.folder, test.files); got != test.want {
			t.Errorf("%s: the host is %q; want %q", test.name, got, test.want)
		}
	}
}
