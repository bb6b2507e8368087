package formats

import (
	"errors"

	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/lines"
)

// recognise is [Recognise] with the user's text parsers and zone.
func (w *walker) recognise(head []byte) (parse.Format, error) {
	found, confidence, err := Recognise(head)
	if w.opt.Text == (lines.Options{}) || errors.Is(err, ErrEmpty) {
		return found, err
	}
	text := lines.Format{Options: w.opt.Text}
	if _, ok := found.(lines.Format); ok {
		return text, nil
	}
	if c, _ := text.Recognise(head); c >= sure && (err != nil || c > confidence) {
		return text, nil
	}
	return found, err
}
