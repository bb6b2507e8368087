package correlation_test

import (
	"fmt"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/correlation"
)

func Example() {
	rules := sigma.Parse("failures.yml", []byte(`
title: Failed logon
name: failed_logon
logsource: {product: windows, service: security}
detection:
    selection: {EventID: 4625}
    condition: selection
---
title: Many failed logons
correlation:
    type: event_count
    rules: [failed_logon]
    group-by: [TargetUserName]
    timespan: 5m
    condition: {gte: 2}
`))
	set, problems := correlation.Compile(rules.Rules, rules.Correlations)
	fmt.Println(len(problems), "problems, wants", set.Wants(0))

	batch := correlation.NewBatch(set, correlation.Options{})
	for i, user := range []string{"anna", "bert", "ANNA"} {
		err := batch.Add(correlation.Match{
			Time: time.Unix(int64(i*60), 0), ID: event.ID{byte(i)}, Rule: 0, Values: [][]string{{user}},
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	err := batch.Finish(func(h *correlation.Hit) error {
		fmt.Println(h.Correlation.Title, h.Group[0].Value, h.Figure, h.Time.Format(time.TimeOnly))
		return nil
	})
	fmt.Println(err)
	// Output:
	// 0 problems, wants [TargetUserName]
	// Many failed logons ANNA 2 00:02:00
	// <nil>
}
