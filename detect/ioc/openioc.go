package ioc

import (
	"errors"
	"slices"
	"strings"

	"github.com/dwell-project/dwell/detect/ioc/openioc"
	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
	"github.com/dwell-project/dwell/detect/ioc/stixpattern/observed"
)

// readOpenIOC reads a document of OpenIOC: one indicator. Terms that are one
// value are looked for anywhere, the rest as patterns.
func (r *reader) readOpenIOC() {
	document, err := openioc.Read(r.text)
	if err != nil {
		r.say(0, "%v", err)
		return
	}
	for _, u := range document.Unused {
		r.say(u.Line, "%s", u.Text)
	}
	i := &Indicator{
		ID: document.ID, Title: document.Name, Description: document.Description, Line: document.Line, Confidence: -1,
		Tags: document.Keywords, References: document.Links,
	}
	i.Modified, _ = parseTime(document.Modified)
	var whole []string
	for _, a := range document.Alternatives {
		switch t, err := r.valueOf(a); {
		case err == nil:
			i.Patterns = append(i.Patterns, Pattern{t})
		case errors.Is(err, errNotUnderstood):
			whole = append(whole, "("+a.Pattern+")")
		default:
			r.say(document.Line, "%v", err)
		}
	}
	if len(whole) > 0 {
		i.Full, err = stixpattern.Parse(strings.Join(whole, " OR "))
	}
	if err != nil {
		r.say(document.Line, "%v", err)
	}
	if i.Full != nil {
		i.Full.OneHost = true
		observed.FoldCase(i.Full)
		r.noteMissing(document.Line, i.Full)
	}
	if len(i.Patterns) == 0 && i.Full == nil {
		return
	}
	if i.ID == "" {
		i.ID = derivedID(append(slices.Clip(i.Patterns), Pattern{{Value: strings.Join(whole, " OR ")}}))
	}
	i.Source = r.sourceOf(document.Author, "")
	r.add(i)
}

// valueOf returns the value that an alternative comes to; errNotUnderstood if
// it says more.
func (r *reader) valueOf(a openioc.Alternative) (Term, error) {
	if a.Path == "" {
		return Term{}, errNotUnderstood
	}
	t, err := pathTerm(a.Path, a.Value, false)
	if err == nil && (t.Type == Unknown || t.Type == portOnly) {
		err = errNotUnderstood
	}
	return t, err
}
