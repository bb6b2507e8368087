package detect_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// The engine in another program: rules from a folder, logs from another,
// detections as JSON lines.
func Example() {
	rules := sigma.Load([]string{"testdata/example/rules"})
	tables, err := taxonomy.Load()
	if err != nil {
		log.Fatal(err)
	}
	names := event.NewNames()
	program, _ := detect.Compile(rules.Rules, rules.Correlations, tables, names, detect.Options{})
	scan := detect.Scan{Program: program, Names: names, Workers: 2}
	tally, err := scan.Run(context.Background(), formats.Walk([]string{"testdata/example/logs"}, formats.Options{}), detect.Sink{
		Detection: func(d *detect.Detection) error {
			_, err := fmt.Println(d.Rule.Title, d.Event.Host, d.Event.Record, d.Matched[0].JSON)
			return err
		},
		Problem: func(p parse.Problem) { fmt.Fprintln(os.Stderr, p) },
	})
	fmt.Println(tally.Events, "records", err)
	// Output:
	// Whoami ws1 2 "C:\\Windows\\System32\\whoami.exe"
	// 2 records <nil>
}
