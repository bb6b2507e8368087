package detect_test

import (
	"strings"
	"testing"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/detect/ioc"
	"github.com/dwell-project/dwell/sigma"
)

func TestIndicatorsAreSeenBesideRulesAndWhereNoRuleLooks(t *testing.T) {
	const events = whoamiEvents + `{"some":"thing","deep":{"er":["www.evil.example","x"]}}
{"Channel":"Security","EventID":4688,"Computer":"c","NewProcessName":"C:\\Windows\\other.exe","ProcessName":"C:\\agent.exe","Odd":"203.0.113.7"}
`
	var c ioc.Collection
	c.Read("f", []byte("agent.exe\nevil.example\n203.0.113.7\nnowhere.example\n"))
	for _, x := range []struct {
		opt  detect.Options
		want []string
	}{
		{detect.Options{Indicators: c.Indicators}, []string{
			"1 Whoami ", "1 Indicator: filename agent.exe ParentProcessName", "2 Whoami ", "3 Indicator: domain evil.example deep.er",
			"4 Indicator: filename agent.exe ProcessName", "4 Indicator: ip 203.0.113.7 Odd",
		}},
		{detect.Options{Indicators: c.Indicators, MinLevel: sigma.Critical}, nil},
		{detect.Options{Indicators: c.Indicators, Disabled: []string{c.Indicators[0].ID}}, []string{
			"1 Whoami ", "2 Whoami ", "3 Indicator: domain evil.example deep.er", "4 Indicator: ip 203.0.113.7 Odd",
		}},
		{detect.Options{}, []string{"1 Whoami ", "2 Whoami "}},
	} {
		var got []string
		for _, d := range scanText(t, whoamiRule, events, x.opt) {
			fields := ""
			if strings.HasPrefix(d.Rule.Title, "Indicator") {
				for _, m := range d.Matched {
					fields += m.Field
				}
			}
			got = append(got, string(rune('0'+d.Event.Record))+" "+d.Rule.Title+" "+fields)
		}
		if strings.Join(got, "\n") != strings.Join(x.want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(x.want, "\n"))
		}
	}
}
