package segment

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// column is a column of a file.
type column struct {
	name string
	typ  Type
	// fixed is the length of values that all have one, in bytes; else 0.
	fixed int
	// required columns have a value in each row; lists have any number.
	required, list bool
}

// Columns that every file has.
const (
	columnTime   = "_time"
	columnID     = "_id"
	columnHost   = "_host"
	columnFile   = "_file"
	columnFirst  = "_first"
	columnOffset = "_offset"
	columnLine   = "_line"
	columnRecord = "_record"
	columnShape  = "_shape"
	columnFrame  = "_frame"
)

// suffixes of a field's columns.
var suffixes = [nVariants]string{inMain: "", inText: "__text", inBytes: "__bytes", inMore: "__more"}

// columnName returns how a field's column is called. Fields that begin as
// common columns do, or end as variants do, are moved out of their way; so are
// those that have no name or one that is not UTF-8.
func columnName(field string, v variant) string {
	switch {
	case field == "":
		field = "_"
	case !utf8.ValidString(field):
		field = "_x" + hex.EncodeToString([]byte(field))
	case field[0] == '_':
		field = "_" + field
	}
	base := strings.TrimRight(field, "_")
	for _, s := range suffixes[inText:inOther] {
		if strings.HasSuffix(base, s) {
			field += "_"
			break
		}
	}
	return field + suffixes[v]
}

// columnOf returns the name of the column of a slot, whose name is a field's.
func columnOf(l slot, field string) string {
	switch {
	case l.name < firstName:
		return hiddenColumns[l.name]
	case l.variant == inOther:
		return hiddenColumns[nameOther]
	case l.variant == inOtherBytes:
		return hiddenColumns[nameOtherBytes]
	}
	return columnName(field, l.variant)
}

// path is the path of the values in the schema.
func (c *column) path() []string {
	if c.list {
		return []string{c.name, "list", "element"}
	}
	return []string{c.name}
}

// levels returns the highest definition level.
func (c *column) levels() int {
	switch {
	case c.required:
		return 0
	case c.list:
		return 2
	}
	return 1
}

// physical returns the type that the file has the values in.
func (c *column) physical() format.Type {
	switch {
	case c.fixed > 0:
		return format.FixedLenByteArray
	case c.typ == Text || c.typ == rawBytes:
		return format.ByteArray
	case c.typ == Bool:
		return format.Boolean
	}
	return format.Int64
}

// elements returns the column as elements of a Parquet schema.
func (c *column) elements() []format.SchemaElement {
	leaf := format.SchemaElement{Type: thrift.New(c.physical()), Name: c.name, RepetitionType: thrift.New(format.Optional)}
	if c.required {
		leaf.RepetitionType = thrift.New(format.Required)
	}
	c.annotate(&leaf)
	if !c.list {
		return []format.SchemaElement{leaf}
	}
	leaf.Name, leaf.RepetitionType = "element", thrift.New(format.Required)
	return []format.SchemaElement{
		{
			Name: c.name, RepetitionType: thrift.New(format.Optional), NumChildren: thrift.New(int32(1)),
			ConvertedType: thrift.New(deprecated.List), LogicalType: format.LogicalType{Value: &format.ListType{}},
		},
		{Name: "list", RepetitionType: thrift.New(format.Repeated), NumChildren: thrift.New(int32(1))},
		leaf,
	}
}

func (c *column) annotate(leaf *format.SchemaElement) {
	switch {
	case c.fixed > 0:
		leaf.TypeLength = thrift.New(int32(c.fixed))
	case c.typ == Text:
		leaf.ConvertedType = thrift.New(deprecated.UTF8)
		leaf.LogicalType = format.LogicalType{Value: &format.StringType{}}
	case c.typ == Decimal:
		leaf.ConvertedType = thrift.New(deprecated.Decimal)
		leaf.Scale, leaf.Precision = thrift.New(int32(scale)), thrift.New(int32(precision))
		leaf.LogicalType = format.LogicalType{Value: &format.DecimalType{Scale: scale, Precision: precision}}
	case c.typ == Time:
		leaf.LogicalType = format.LogicalType{Value: &format.TimestampType{
			IsAdjustedToUTC: true, Unit: format.TimeUnit{Value: &format.NanoSeconds{}},
		}}
	}
}
