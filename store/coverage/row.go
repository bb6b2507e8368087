package coverage

import (
	"cmp"
	"time"
)

// Row is what is known of one host in one dataset on one UTC day.
type Row struct {
	// Day is "2006-01-02", or Undated for records without a time.
	Day     string `parquet:"day,dict,zstd"`
	Dataset string `parquet:"dataset,dict,zstd"`
	// Host is "" for records that name none.
	Host string `parquet:"host,dict,zstd"`
	// Hours counts the records of each hour; one element for those without time.
	Hours []int32 `parquet:"hours,list,zstd"`
	// First and Last are the lowest and highest EventRecordID, Numbered counts
	// the records that have one.
	First    int64 `parquet:"record_first,zstd"`
	Last     int64 `parquet:"record_last,zstd"`
	Numbered int64 `parquet:"records_numbered,zstd"`
	// MissedBytes and Loss are what Zeek says it missed: the sum of missed_bytes,
	// and the highest percent_lost of capture_loss.
	MissedBytes int64   `parquet:"missed_bytes,zstd"`
	Loss        float64 `parquet:"percent_lost,zstd"`
	// Ahead is by how much the latest record is later than its source was
	// written, in milliseconds: a clock that is wrong by at least that.
	Ahead int64 `parquet:"ahead_ms,zstd"`
}

// Undated is the day of records without a time.
const Undated = "undated"

// Records returns how many records the row stands for.
func (r *Row) Records() (n int64) {
	for _, h := range r.Hours {
		n += int64(h)
	}
	return n
}

// key orders rows and says which belong together.
type key struct{ day, dataset, host string }

func (r *Row) key() key { return key{r.Day, r.Dataset, r.Host} }

func (k key) compare(o key) int {
	return cmp.Or(cmp.Compare(k.day, o.day), cmp.Compare(k.dataset, o.dataset), cmp.Compare(k.host, o.host))
}

// add takes in what another row says of the same day, dataset and host.
func (r *Row) add(o *Row) {
	for len(r.Hours) < len(o.Hours) {
		r.Hours = append(r.Hours, 0)
	}
	for i, n := range o.Hours {
		r.Hours[i] += n
	}
	if o.Numbered > 0 {
		if r.Numbered == 0 || o.First < r.First {
			r.First = o.First
		}
		if r.Numbered == 0 || o.Last > r.Last {
			r.Last = o.Last
		}
		r.Numbered += o.Numbered
	}
	r.MissedBytes += o.MissedBytes
	r.Loss = max(r.Loss, o.Loss)
	r.Ahead = max(r.Ahead, o.Ahead)
}

// hour returns the start of the i-th hour of the row's day; false if the day is
// none.
func (r *Row) hour(i int) (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, r.Day)
	return day.Add(time.Duration(i) * time.Hour), err == nil
}
