package openioc_test

import (
	"strings"
	"testing"

	"github.com/dwell-project/dwell/detect/ioc/openioc"
	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
	"github.com/dwell-project/dwell/detect/ioc/stixpattern/observed"
)

func TestEveryTermIsAtAPathThatRecordsHave(t *testing.T) {
	terms, err := openioc.Terms()
	if err != nil {
		t.Fatal(err)
	}
	if len(terms) < 80 {
		t.Errorf("%d terms", len(terms))
	}
	known, err := observed.Load()
	if err != nil {
		t.Fatal(err)
	}
	for term, path := range terms {
		p, err := stixpattern.Parse("[EXISTS " + path + "]")
		if err != nil {
			t.Errorf("%s: %s: %v", term, path, err)
			continue
		}
		p.Tests[0].EachPath(func(path stixpattern.Path) {
			if !known.Has(path) {
				t.Errorf("%s is at %s, which no record has", term, path)
			}
		})
	}
}

// FuzzWhatIsReadIsPatternsOfTheLanguage gives any content and condition to each
// term: what comes of it must be a pattern, and one value's must be alone in it.
func FuzzWhatIsReadIsPatternsOfTheLanguage(f *testing.F) {
	f.Add("FileItem/FileName", "is", "x'\\.exe", "true", "AND")
	f.Add("PortItem/remoteIP", "isnot", "10.0.0.0/8", "", "OR")
	f.Add("FileItem/SizeInBytes", "is", "1 TO 5", "false", "AND")
	f.Add("RegistryItem/KeyPath", "matches", "^[a-z]+$", "true", "")
	f.Add("FileItem/Created", "less-than", "2025-01-01T00:00:00Z", "", "AND")
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\r", "&#13;", "\n", "&#10;", "\t", "&#9;")
	f.Fuzz(func(t *testing.T, term, condition, content, flag, operator string) {
		item := `<IndicatorItem condition="` + escape.Replace(condition) + `" negate="` + escape.Replace(flag) + `" preserve-case="` + escape.Replace(flag) +
			`"><Context search="` + escape.Replace(term) + `"/><Content>` + escape.Replace(content) + `</Content></IndicatorItem>`
		other := strings.ReplaceAll(item, escape.Replace(term), "FileItem/Md5sum")
		text := `<ioc id="1"><definition><Indicator operator="` + escape.Replace(operator) + `">` + item + other + `</Indicator></definition></ioc>`
		i, err := openioc.Read([]byte(text))
		if err != nil {
			return
		}
		for _, a := range i.Alternatives {
			p, err := stixpattern.Parse(a.Pattern)
			if err != nil && !strings.Contains(err.Error(), "too large") && !strings.Contains(err.Error(), "can be matched") && !strings.Contains(err.Error(), "is read") {
				t.Fatalf("%s\ngives %s: %v", text, a.Pattern, err)
			}
			if err == nil && a.Path != "" && len(p.Tests) != 1 {
				t.Fatalf("%s is said to be one value", a.Pattern)
			}
		}
	})
}
