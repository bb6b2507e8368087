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
		var row Row
		for ; more; at, more = r.next(at) {
			var err error
			if row, err = r.row(at, &row); err != nil {
				yield(Row{}, err)
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// row reads a row. What it has in common with the one before is shared with it.
func (r *reader) row(at place, before *Row) (Row, error) {
	row := Row{Entity: before.Entity, key: before.key}
	var numbers [columns]int64
	for i := range columnNames {
		v, err := r.value(i, at)
		if err != nil {
			return row, fmt.Errorf("reading column %s: %w", columnNames[i], err)
		}
		switch i {
		case columnKey:
			if string(v.ByteArray()) == before.key {
				continue
			}
			var ok bool
			row.key = string(v.ByteArray())
			if row.Entity, ok = entity.FromKey(row.key); !ok {
				return row, fmt.Errorf("reading key %q: %w", row.key, ErrForm)
			}
		case columnDataset:
			row.Dataset = r.name(i, v)
		case columnRole:
			row.Role, _ = entity.ParseRole(r.name(i, v))
		case columnHost:
			row.Host = r.name(i, v)
		case columnDaySet:
			row.Days = Days(r.name(i, v))
		default:
			numbers[i] = v.Int64()
		}
	}
	row.First, row.Last, row.Count = Micros(numbers[columnFirst]), Micros(numbers[columnLast]), numbers[columnCount]
	return row, nil
}
