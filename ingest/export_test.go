package ingest

// CompactFrom sets the size in bytes from which the journal is compacted.
func (s *StateFile) CompactFrom(n int64) { s.compact = n }
