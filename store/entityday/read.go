package entityday

import (
	"fmt"
	"iter"

	"github.com/dwell-project/dwell/entity"
)

// Rows yields all rows in order. An error ends them.
func (f *File) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		r := f.reader()
		defer r.close()
		at, more := r.settle(place{})
		key := ""
		for ; more; at, more = r.next(at) {
			row, err := r.row(at, key)
			if err != nil {
				yield(Row{}, err)
				return
			}
			if key = row.key; !yield(row, nil) {
				return
			}
		}
	}
}

// row reads a row. If its key is the given one, no new string is made.
func (r *reader) row(at place, key string) (Row, error) {
	var row Row
	var numbers [columns]int64
	for i := range columnNames {
		v, err := r.value(i, at)
		if err != nil {
			return row, fmt.Errorf("reading column %s: %w", columnNames[i], err)
		}
		switch i {
		case columnKey:
			if row.key = key; string(v.ByteArray()) != key {
				row.key = string(v.ByteArray())
			}
		case columnDataset:
			row.Dataset = r.name(v)
		case columnRole:
			row.Role, _ = entity.ParseRole(r.name(v))
		case columnHost:
			row.Host = r.name(v)
		case columnDaySet:
			row.Days = Days(r.name(v))
		default:
			numbers[i] = v.Int64()
		}
	}
	row.First, row.Last, row.Count = Micros(numbers[columnFirst]), Micros(numbers[columnLast]), numbers[columnCount]
	var ok bool
	if row.Entity, ok = entity.FromKey(row.key); !ok {
		return row, fmt.Errorf("reading key %q: %w", row.key, ErrForm)
	}
	return row, nil
}
