package evgen

import (
	"fmt"
	"io"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/internal/evtxwrite"
)

// WriteEVTX writes n events as a Windows event log. The whole log is in memory
// until it is written.
func (g *Generator) WriteEVTX(w io.Writer, n int) error {
	var log evtxwrite.Log
	for range n {
		r := g.Next()
		if err := log.Add(r.evtx()); err != nil {
			return fmt.Errorf("writing event %d: %w", r.Number, err)
		}
	}
	_, err := log.WriteTo(w)
	return err
}

func (r *Record) evtx() evtxwrite.Record {
	out := evtxwrite.Record{
		ID: uint64(r.Number), Time: r.Time, Provider: r.Provider, EventID: r.Code,
		Channel: r.Channel, Computer: r.Computer,
	}
	for _, v := range r.Values {
		out.Data = append(out.Data, evtxwrite.Data{Name: v.Name, Value: v.evtx()})
	}
	return out
}

// evtx is the value as Windows stores it. The codes are those of the value
// types of MS-EVEN6 section 2.2.12; the bytes are the same but for text.
func (v Value) evtx() evtxwrite.Value {
	switch v.Kind {
	case event.Uint16:
		return evtxwrite.Value{Type: 0x06, Bytes: v.Data}
	case event.Uint32:
		return evtxwrite.Value{Type: 0x08, Bytes: v.Data}
	case event.GUID:
		return evtxwrite.Value{Type: 0x0f, Bytes: v.Data}
	case event.SID:
		return evtxwrite.Value{Type: 0x13, Bytes: v.Data}
	case event.Hex64:
		return evtxwrite.Value{Type: 0x15, Bytes: v.Data}
	default:
		return evtxwrite.String(string(v.Data))
	}
}
