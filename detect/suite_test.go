package detect_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/internal/sigmasuite"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

func TestTheProgramMeetsTheSigmaSpecification(t *testing.T) {
	files, err := filepath.Glob("../sigma/testdata/spec/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no suite files: %v", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			s, err := sigmasuite.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			c := s.Load()
			for _, line := range s.Compare(c, matchSuite(t, c.Rules, s.Events)) {
				t.Error(line)
			}
		})
	}
}

// matchSuite runs rules over events, whatever the rules' log sources are: the
// suite's events name none.
func matchSuite(t *testing.T, rules []*sigma.Rule, events [][]byte) map[string][]int {
	var everywhere []*sigma.Rule
	for _, r := range rules {
		free := *r
		free.LogSource, free.Count = sigma.LogSource{}, nil
		everywhere = append(everywhere, &free)
	}
	tables, err := taxonomy.Load()
	if err != nil {
		t.Fatal(err)
	}
	names := event.NewNames()
	program, _ := detect.Compile(everywhere, nil, tables, names, detect.Options{})
	scan := detect.Scan{Program: program, Names: names, Workers: 1}
	got := map[string][]int{}
	_, err = scan.Run(context.Background(), textInput(string(bytes.Join(events, []byte("\n")))), detect.Sink{
		Detection: func(d *detect.Detection) error {
			got[d.Rule.Title] = append(got[d.Rule.Title], int(d.Event.Record))
			return nil
		},
		Problem: func(p parse.Problem) { t.Errorf("unreadable: %v", p) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}
