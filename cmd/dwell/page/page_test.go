package page_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/cmd/dwell/page"
	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/scope"
	"github.com/dwell-project/dwell/sigma"
)

func write(t testing.TB, p *page.Page) string {
	t.Helper()
	var out bytes.Buffer
	if err := page.Write(&out, p); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// full is a page with everything in it, said by text.
func full(text string) *page.Page {
	rule := &sigma.Meta{
		Title: text, Description: text, ID: text, Author: text, Level: sigma.High,
		Tags: []string{"attack.execution", "attack.t1059.001"}, FalsePositives: []string{text}, References: []string{text},
	}
	at := time.Date(2026, 2, 10, 8, 0, 0, 0, time.UTC)
	book, over := scope.NewBook(), page.NewHistogram()
	book.Add(&detect.Detection{Rule: rule, Event: detect.EventRef{Host: text, Account: text, Time: at}})
	over.Add(at, sigma.High)
	return &page.Page{
		Title: text, Made: at, Summary: []string{text}, Blind: []string{text}, Histogram: over, Stories: book.Ranked(),
		Sources: []page.Source{{Dataset: text, Schema: text, Records: 1}},
		Groups: []page.Group{{
			Rule: rule, Host: text, Account: text, Count: 1, First: at, Last: at, EventID: text, File: text,
			Matched: []page.Value{{Field: text, Text: text}},
		}},
	}
}

func TestWhatLogsSayIsNeverMarkup(t *testing.T) {
	html := write(t, full(`<script>alert(1)</script>"'><img src=x onerror=y>`))
	if strings.Contains(html, "<script>alert") || strings.Contains(html, "<img") {
		t.Error("text of a log became markup")
	}
	if n := strings.Count(html, "<script"); n != 1 {
		t.Errorf("%d scripts; want the page's own", n)
	}
}

func TestThePageAsksForNothingElse(t *testing.T) {
	html := write(t, full("https://example.org/x.png"))
	for _, m := range regexp.MustCompile(`(?i)(src|href|action|data|poster|xlink:href)\s*=\s*["'][^"'#]|url\(|@import|<link|<iframe|<object`).FindAllString(html, -1) {
		t.Errorf("the page refers to something outside itself: %s", m)
	}
}

func TestAnEmptyPageSaysSo(t *testing.T) {
	html := write(t, &page.Page{Title: "x", Histogram: page.NewHistogram()})
	if !strings.Contains(html, "No rule fired.") || strings.Contains(html, "<svg") {
		t.Error("an empty page has pictures or does not say that nothing fired")
	}
}

func TestAHistogramCountsEverythingInBoundedBars(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := page.NewHistogram()
		times := rapid.SliceOfN(rapid.Int64Range(-1e9, 4e9), 1, 60).Draw(t, "times")
		for _, s := range times {
			h.Add(time.Unix(s, 0), sigma.Low)
		}
		bars, width := h.Bars()
		var n int64
		for i := range bars {
			n += bars[i].Total()
			if i > 0 && bars[i].Start.Sub(bars[i-1].Start) != width {
				t.Fatalf("bar %d does not follow the one before", i)
			}
		}
		if n != int64(len(times)) || len(bars) > 960 {
			t.Fatalf("%d bars hold %d of %d events", len(bars), n, len(times))
		}
	})
}
