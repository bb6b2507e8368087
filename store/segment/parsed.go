package segment

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dwell-project/dwell/event"
)

// parseKind is the inverse of event.Field.AppendText for kinds that are binary:
// it returns the bytes of which text is the text form. What it returns may
// still differ from what was there and must be compared.
func parseKind(kind event.Kind, text []byte) ([]byte, bool) {
	s := string(text)
	switch kind {
	case event.GUID:
		return parseGUID(s)
	case event.SID:
		return parseSID(s)
	case event.Binary:
		b, err := hex.DecodeString(s)
		return b, err == nil
	case event.FileTime, event.SystemTime:
		return parseTime(kind, s)
	case event.Float32:
		v, err := strconv.ParseFloat(s, 32)
		return binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(v))), err == nil
	case event.Float64:
		v, err := strconv.ParseFloat(s, 64)
		return binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)), err == nil
	case event.Bool32:
		v, err := strconv.ParseBool(s)
		return formBits.appendInt(nil, kind, boolInt(v)), err == nil
	}
	return parseInteger(kind, s)
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func parseInteger(kind event.Kind, s string) ([]byte, bool) {
	var v uint64
	var err error
	switch kind {
	case event.Int8, event.Int16, event.Int32, event.Int64:
		var i int64
		i, err = strconv.ParseInt(s, 10, 8*width(kind))
		v = uint64(i)
	case event.Uint8, event.Uint16, event.Uint32, event.Uint64:
		v, err = strconv.ParseUint(s, 10, 8*width(kind))
	case event.Hex32, event.Hex64:
		v, err = strconv.ParseUint(strings.TrimPrefix(s, "0x"), 16, 8*width(kind))
	default:
		return nil, false
	}
	return formWidth.appendInt(nil, kind, int64(v)), err == nil
}

func parseGUID(s string) ([]byte, bool) {
	if len(s) != 38 {
		return nil, false
	}
	b, err := hex.DecodeString(strings.ReplaceAll(s[1:37], "-", ""))
	if err != nil || len(b) != 16 {
		return nil, false
	}
	for _, part := range [...][]byte{b[:4], b[4:6], b[6:8]} {
		for i, j := 0, len(part)-1; i < j; i, j = i+1, j-1 {
			part[i], part[j] = part[j], part[i]
		}
	}
	return b, true
}

func parseSID(s string) ([]byte, bool) {
	parts := strings.Split(s, "-")
	if len(parts) < 3 || len(parts) > 3+math.MaxUint8 || parts[0] != "S" {
		return nil, false
	}
	revision, err := strconv.ParseUint(parts[1], 10, 8)
	if err != nil {
		return nil, false
	}
	authority, err := strconv.ParseUint(parts[2], 10, 48)
	if err != nil {
		return nil, false
	}
	sid := []byte{byte(revision), byte(len(parts) - 3)}
	sid = binary.BigEndian.AppendUint16(sid, uint16(authority>>32))
	sid = binary.BigEndian.AppendUint32(sid, uint32(authority))
	for _, p := range parts[3:] {
		v, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return nil, false
		}
		sid = binary.LittleEndian.AppendUint32(sid, uint32(v))
	}
	return sid, true
}

func parseTime(kind event.Kind, s string) ([]byte, bool) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return nil, false
	}
	if kind == event.SystemTime {
		return appendSystemTime(nil, t), true
	}
	return binary.LittleEndian.AppendUint64(nil, uint64((t.Unix()+fileTimeEpoch)*1e7+int64(t.Nanosecond())/100)), true
}
