package winxml

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// element is an element of an event already known to be well formed.
type element struct {
	tag   string
	attrs []attribute
	kids  []*element
	text  []event.Field // pieces that are not blank, or all there is
}

type attribute struct {
	name  string
	value event.Field
}

// AppendNative appends the event as one JSON object without line end, in the
// structure in which package evtx writes its own:
//
//	{"Event":{"#attributes":{…},"System":{"EventID":1,…},"EventData":{"Image":"…",…}}}
//
// Decimal integers in the System part are numbers, everything else is text. An
// unparsed record becomes {"message":"…"}.
func AppendNative(dst []byte, e *event.Event) []byte {
	if e.Schema == parse.Unparsed {
		dst = append(dst, `{"message":`...)
		return append(event.AppendJSONString(dst, e.Raw), '}')
	}
	root, _ := readTree(e.Raw, 0)
	w := nativeWriter{out: append(dst, `{"Event":`...)}
	w.element(root, "")
	return append(w.out, '}')
}

// AppendNative is [AppendNative], for those who have a decoder at hand.
func (d *decoder) AppendNative(dst []byte, e *event.Event) []byte { return AppendNative(dst, e) }

// readTree reads the element whose tag begins at data[i], and returns the place
// after it.
func readTree(data []byte, i int) (*element, int) {
	end := nameEnd(data, i+1)
	e := &element{tag: string(data[i+1 : end])}
	for i = blank(data, end); data[i] != '>' && data[i] != '/'; i = blank(data, i) {
		end = nameEnd(data, i)
		name := string(data[i:end])
		i = blank(data, blank(data, end)+1) // after =
		n := bytes.IndexByte(data[i+1:], data[i])
		value := data[i+1 : i+1+n]
		e.attrs = append(e.attrs, attribute{name, event.Field{Data: value, Kind: textKind(value)}})
		i += n + 2
	}
	if data[i] == '/' {
		return e, i + 2
	}
	return e, e.readContent(data, i+1)
}

func (e *element) readContent(data []byte, i int) int {
	text, s := i, scanner{data: data}
	keep := func(end int) {
		if piece := data[text:end]; len(piece) > 0 {
			e.text = append(e.text, event.Field{Data: piece, Kind: textKind(piece)})
		}
	}
	for {
		i += bytes.IndexByte(data[i:], '<')
		switch data[i+1] {
		case '/':
			keep(i)
			return bytes.IndexByte(data[i:], '>') + i + 1
		case '!', '?':
			end, chars := s.markup(i)
			if !chars {
				keep(i)
				text = end
			}
			i = end
		default:
			keep(i)
			var kid *element
			kid, i = readTree(data, i)
			e.kids = append(e.kids, kid)
			text = i
		}
	}
}

// content returns the text in the element: white space beside child elements
// says nothing, nor alone where no data is expected.
func (e *element) content() []byte {
	var text []byte
	for _, f := range e.text {
		if !isBlank(f.Data) || e.tag == "Data" && len(e.kids) == 0 {
			text = f.AppendText(text)
		}
	}
	return text
}

func (e *element) attr(name string) (string, bool) {
	for _, a := range e.attrs {
		if a.name == name {
			return a.value.Text(), true
		}
	}
	return "", false
}

type nativeWriter struct{ out []byte }

// element writes the value of an element: null, a scalar or an object.
func (w *nativeWriter) element(e *element, path string) {
	text := e.content()
	attrs := e.attrs
	isData := e.tag == "Data" && (path == "EventData.Data" || path == "UserData.Data")
	if isData {
		attrs = slices.DeleteFunc(slices.Clone(attrs), func(a attribute) bool { return a.name == "Name" || a.name == "xmlns" })
	}
	switch {
	case len(attrs) > 0 || len(e.kids) > 0:
		w.object(e, attrs, text, path)
	case len(text) > 0 || isData:
		w.scalar(text, path)
	default:
		w.out = append(w.out, "null"...)
	}
}

func (w *nativeWriter) object(e *element, attrs []attribute, text []byte, path string) {
	w.out = append(w.out, '{')
	if len(attrs) > 0 {
		w.out = append(w.out, `"#attributes":{`...)
		for i, a := range attrs {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.name(a.name)
			w.scalar(a.value.AppendText(nil), join(path, a.name))
		}
		w.out = append(w.out, '}')
	}
	seen := map[string]int{}
	var loose [][]byte
	for _, kid := range e.kids {
		name := kid.tag
		if (path == "EventData" || path == "UserData") && kid.tag == "Data" {
			if name, _ = kid.attr("Name"); name == "" {
				loose = append(loose, kid.content())
				continue
			}
		}
		w.member(name, seen)
		w.element(kid, join(path, kid.tag))
	}
	w.loose(loose, seen)
	if len(text) > 0 {
		w.member("#text", seen)
		w.scalar(text, path)
	}
	w.out = append(w.out, '}')
}

// loose writes the Data elements without a name.
func (w *nativeWriter) loose(texts [][]byte, seen map[string]int) {
	if len(texts) == 0 {
		return
	}
	w.member("Data", seen)
	w.out = append(w.out, `{"#text":`...)
	if len(texts) > 1 {
		w.out = append(w.out, '[')
	}
	for i, t := range texts {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = event.AppendJSONString(w.out, t)
	}
	if len(texts) > 1 {
		w.out = append(w.out, ']')
	}
	w.out = append(w.out, '}')
}

// member begins a member; one that is there already gets a number.
func (w *nativeWriter) member(name string, seen map[string]int) {
	if w.out[len(w.out)-1] != '{' {
		w.out = append(w.out, ',')
	}
	n := seen[name]
	seen[name]++
	if n > 0 {
		name += "_" + strconv.Itoa(n)
	}
	w.name(name)
}

func (w *nativeWriter) name(name string) {
	w.out = append(event.AppendJSONString(w.out, []byte(name)), ':')
}

// scalar writes text as a number if it is a decimal integer of the System part.
func (w *nativeWriter) scalar(text []byte, path string) {
	if isSystemNumber(path) {
		if n, err := strconv.ParseUint(string(text), 10, 64); err == nil {
			w.out = strconv.AppendUint(w.out, n, 10)
			return
		}
	}
	w.out = event.AppendJSONString(w.out, text)
}

// isSystemNumber says whether the System part's schema (MS-EVEN6 section
// 2.2.13, Event Schema) has an integer at the path.
func isSystemNumber(path string) bool {
	switch path {
	case "System.EventID", "System.EventID.Qualifiers", "System.Version", "System.Level", "System.Task", "System.Opcode",
		"System.EventRecordID", "System.Execution.ProcessID", "System.Execution.ThreadID", "System.Execution.ProcessorID",
		"System.Execution.SessionID", "System.Execution.KernelTime", "System.Execution.UserTime", "System.Execution.ProcessorTime":
		return true
	default:
		return false
	}
}
