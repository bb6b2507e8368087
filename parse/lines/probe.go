package lines

import "github.com/dwell-project/dwell/event"

// probeNames bounds the field names that a probe has met; JSON makes them up
// without end.
const probeNames = 1 << 14

// probe lends a decoder to look at how a source begins. What a decoder knows of
// hundreds of parsers takes longer to make than the records of a small file to
// read, so that decoders are used again.
func (s *Set) probe(use func(*decoder)) {
	d, ok := s.probes.Get().(*decoder)
	if !ok {
		d = newDecoder(s, event.NewNames(), nil)
	}
	use(d)
	if d.names.Len() <= probeNames {
		d.forget()
		s.probes.Put(d)
	}
}

// forget lets go of the source that was read last.
func (d *decoder) forget() {
	d.block, d.yield, d.report, d.last = nil, nil, nil, nil
	d.event.Reset()
	d.event.Raw, d.event.Source, d.envelope = nil, nil, envelope{}
	clear(d.fields[:cap(d.fields)])
	d.fields = d.fields[:0]
}
