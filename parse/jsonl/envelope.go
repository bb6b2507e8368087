package jsonl

import "bytes"

// Exports put their records into one object: {"Records":[…]} is how CloudTrail
// writes a file, {"value":[…]} how Graph answers, {"hits":{"hits":[…]}} how
// Elasticsearch does. Such an object is no record; those in its list are.

// maxEnvelope is how many bytes may stand before the list.
const maxEnvelope = 4 << 10

// maxPreface is how many members may stand before the list.
const maxPreface = 12

// isListName says whether a member of an envelope with this name is the list of
// records.
func isListName(name string) bool {
	switch name {
	case "Records", "records", "value", "items", "resources", "hits", "Items":
		return true
	default:
		return false
	}
}

// envelope returns how many bytes at the start of data, which begins with {,
// come before the first record in an envelope's list; 0 if it is none. Members
// before the list may be anything that does not look like a record of its own.
func envelope(data []byte) int {
	data = data[:min(len(data), maxEnvelope)]
	i := 1
	for range maxPreface {
		i = space(data, i)
		name, next := stringAt(data, i)
		if next < 0 {
			return 0
		}
		i = space(data, next)
		if i >= len(data) || data[i] != ':' {
			return 0
		}
		i = space(data, i+1)
		if i >= len(data) {
			return 0
		}
		if n := listStart(data, i, string(name)); n > 0 {
			return n
		}
		if !isPreface(string(name)) {
			return 0
		}
		if i = skipValue(data, i); i < 0 {
			return 0
		}
		if i = space(data, i); i >= len(data) || data[i] != ',' {
			return 0
		}
		i++
	}
	return 0
}

// maxOpening bounds the name in [plainOpening], in bytes.
const maxOpening = 64

// plainOpening returns what data begins with, up to the end of its first
// member's name, if whatever begins so is no envelope; else nothing.
func plainOpening(data []byte) []byte {
	if len(data) == 0 || data[0] != '{' {
		return nil
	}
	name, next := stringAt(data[:min(len(data), maxOpening)], 1)
	if next < 0 || isListName(string(name)) || isPreface(string(name)) {
		return nil
	}
	return data[:next]
}

// listStart returns the place of the first record if the value at data[i], of a
// member called name, is the list of an envelope, or for Elasticsearch's hits
// an object with that list.
func listStart(data []byte, i int, name string) int {
	if !isListName(name) {
		return 0
	}
	if data[i] == '[' {
		if i = space(data, i+1); i < len(data) && data[i] == '{' {
			return i
		}
		return 0
	}
	if data[i] == '{' && name == "hits" {
		if n := envelope(data[i:]); n > 0 {
			return i + n
		}
	}
	return 0
}

// isPreface says whether a member with this name may stand before the list.
func isPreface(name string) bool {
	switch name {
	case "@odata.context", "@odata.nextLink", "@odata.count", "kind", "etag", "nextPageToken",
		"took", "timed_out", "_shards", "_scroll_id", "total", "max_score", "pit_id", "meta", "errors", "nextLink", "is_partial", "is_running":
		return true
	default:
		return false
	}
}

func space(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\t' || data[i] == '\n' || data[i] == '\r') {
		i++
	}
	return i
}

// stringAt returns the body of the string at data[i] and the place after it, -1
// if there is none.
func stringAt(data []byte, i int) (body []byte, next int) {
	if i >= len(data) || data[i] != '"' {
		return nil, -1
	}
	for j := i + 1; j < len(data); j++ {
		switch data[j] {
		case '\\':
			j++
		case '"':
			return data[i+1 : j], j + 1
		}
	}
	return nil, -1
}

// skipValue returns the place after the value at data[i], -1 if it does not end
// in data.
func skipValue(data []byte, i int) int {
	depth := 0
	for i < len(data) {
		switch data[i] {
		case '"':
			if _, i = stringAt(data, i); i < 0 {
				return -1
			}
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return -1
}

// tail returns how many bytes at the start of data are what follows the list in
// an envelope: closing brackets, and members with the names that may stand there.
// It is 0 if a record or anything else begins.
func tail(data []byte) int {
	i := 0
	for {
		j := i
		for j < len(data) && bytes.IndexByte([]byte(" \t\r],}"), data[j]) >= 0 {
			j++
		}
		if j >= len(data) || data[j] != '"' {
			if j > i && bytes.IndexByte(data[i:j], '}') >= 0 {
				return j
			}
			return i
		}
		name, next := stringAt(data, j)
		if next < 0 || !isPreface(string(name)) && !isTail(string(name)) {
			return i
		}
		next = space(data, next)
		if next >= len(data) || data[next] != ':' {
			return i
		}
		end := skipValue(data, space(data, next+1))
		if end < 0 {
			return i
		}
		i = end
	}
}

// isTail says whether a member with this name may stand after the list, besides
// those that may stand before it.
func isTail(name string) bool { return name == "aggregations" || name == "status" || name == "profile" }
