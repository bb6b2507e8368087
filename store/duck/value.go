//go:build cgo

package duck

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"time"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// Plain returns a value as encoding/json writes it: times as RFC 3339 in UTC,
// bytes as hexadecimal, what has no form of its own as text.
func Plain(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case []byte:
		return hex.EncodeToString(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
		return v
	case *big.Int:
		return v.String()
	case duckdb.Decimal:
		return v.String()
	case duckdb.UUID:
		return v.String()
	case []any:
		all := make([]any, len(v))
		for i := range v {
			all[i] = Plain(v[i])
		}
		return all
	case map[string]any:
		all := make(map[string]any, len(v))
		for k := range v {
			all[k] = Plain(v[k])
		}
		return all
	case duckdb.Map, duckdb.Interval:
		return fmt.Sprint(v)
	default:
		return v
	}
}
