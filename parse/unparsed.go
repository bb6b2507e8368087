package parse

// Unparsed is the schema of a record that no format could read, and Unknown its
// dataset. Its one field "message" is the record's text.
const (
	Unparsed = "unparsed"
	Unknown  = "unknown"
)
