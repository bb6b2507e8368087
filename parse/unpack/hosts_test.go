package unpack_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/parse/unpack"
)

func TestHostOfACollectionHoldsForItsFiles(t *testing.T) {
	inner := tarOf(t, []file{{"x.log", "in a container"}})
	velociraptor := []file{
		{"uploads/auto/C%3A/inetpub/logs/LogFiles/u_ex.log", "before the host is named"},
		{"client_info.json", `{"Hostname":"WS1"}`},
		{"uploads.json", "{}"},
		{"results/old.tar", string(inner)},
	}
	kape := []file{
		{"ws2/C/inetpub/u_ex.log", "x"}, {"ws2/2025_CopyLog.csv", "SourceFile"}, {"beside.log", "y"},
	}
	for name, pack := range map[string]func(testing.TB, []file) []byte{"zip": zipOf, "7z": sevenZipOf} {
		for want, files := range map[string][]file{"WS1": velociraptor, "ws2": kape} {
			got := map[string]string{}
			for part, err := range unpack.Parts(source(pack(t, files), true), unpack.DefaultLimits()) {
				if err != nil {
					t.Fatal(err)
				}
				got[part.Path] = part.Host
			}
			expect := map[string]string{}
			for _, f := range files {
				path := "top!" + f.name
				if f.name == "results/old.tar" {
					path += "!x.log"
				}
				expect[path] = want
			}
			if want == "ws2" {
				expect["top!beside.log"] = ""
			}
			if diff := cmp.Diff(expect, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}
