package event_test

import (
	"testing"

	"github.com/dwell-project/dwell/event"
)

func TestGUIDIsWrittenAsWindowsRendersIt(t *testing.T) {
	f := event.Field{Kind: event.GUID, Data: []byte{0x5f, 0x38, 0x70, 0x57, 0x2a, 0xc2, 0xe0, 0x43, 0xbf, 0x4c, 0x06, 0xf5, 0x69, 0x8f, 0xfb, 0xd9}}
	if got, want := f.Text(), "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"; got != want {
		t.Errorf("Text() = %q; want %q", got, want)
	}
}
