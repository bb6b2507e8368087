package archivegen

import (
	"bufio"
	"fmt"
	"hash/maphash"
	"io"
	"strings"

	"github.com/valyala/fastjson"
)

// Column counts the values of one field of one Windows channel.
type Column struct {
	Rows     int
	distinct map[uint64]struct{}
}

// Distinct returns how many different values there are.
func (c *Column) Distinct() int { return len(c.distinct) }

// Columns are those of Windows events as flat JSON lines, by channel, in lower
// case, and field.
type Columns struct {
	Of map[[2]string]*Column
	// Limit is how many records of a channel are counted at most; channels that
	// are not in it are left out. Nil counts all.
	Limit map[string]int
	// Records counts the records by channel.
	Records map[string]int

	seed   maphash.Seed
	parser fastjson.Parser
}

// NewColumns returns no columns yet.
func NewColumns(limit map[string]int) *Columns {
	return &Columns{Of: map[[2]string]*Column{}, Limit: limit, Records: map[string]int{}, seed: maphash.MakeSeed()}
}

// Add counts the records of a file. Lines that are no JSON objects are passed
// over.
func (c *Columns) Add(r io.Reader) error {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		if fields, err := c.parser.ParseBytes(in.Bytes()); err == nil && fields.Type() == fastjson.TypeObject {
			c.record(fields.GetObject())
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("counting the values of columns: %w", err)
	}
	return nil
}

func (c *Columns) record(fields *fastjson.Object) {
	channel := ""
	if v := fields.Get("Channel"); v != nil {
		channel = strings.ToLower(string(v.GetStringBytes()))
	}
	if limit, ok := c.Limit[channel]; c.Limit != nil && (!ok || c.Records[channel] >= limit) {
		return
	}
	c.Records[channel]++
	var text []byte
	fields.Visit(func(name []byte, value *fastjson.Value) {
		at := [2]string{channel, string(name)}
		of, ok := c.Of[at]
		if !ok {
			of = &Column{distinct: map[uint64]struct{}{}}
			c.Of[at] = of
		}
		of.Rows++
		text = value.MarshalTo(text[:0])
		of.distinct[maphash.Bytes(c.seed, text)] = struct{}{}
	})
}
