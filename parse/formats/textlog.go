package formats

import (
	"errors"

	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/lines"
)

// recognise is [Options.Recognise].
func (w *walker) recognise(head []byte) (parse.Format, error) { return w.opt.Recognise(head) }

// Recognise is [Recognise] with the user's text parsers and zone.
func (o Options) Recognise(head []byte) (parse.Format, error) {
	found, confidence, err := Recognise(head)
	if o.Text == (lines.Options{}) || errors.Is(err, ErrEmpty) {
		return found, err
	}
	text := lines.Format{Options: o.Text}
	if _, ok := found.(lines.Format); ok {
		return text, nil
	}
	if c, _ := text.Recognise(head); c >= sure && (err != nil || c > confidence) {
		return text, nil
	}
	return found, err
}
