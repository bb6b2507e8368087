package starter_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"testing"

	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// auditRecord is what the exports repeat beside the record itself.
type auditRecord struct {
	ID           string `json:"Id"`
	CreationTime string
	Operation    string
	UserID       string `json:"UserId"`
}

// Investigators get the audit log of Microsoft 365 as records of the API, as
// what a search by PowerShell gives, or as the table of the portal; the latter
// two hold the record as text.
func TestRulesForMicrosoft365FireInEveryExport(t *testing.T) {
	p := newPack(t)
	for _, rule := range p.rules.Rules {
		if rule.LogSource.Product != "m365" {
			continue
		}
		fires, _ := records(t, &rule.Meta)
		for name, export := range map[string]archived{
			"search": searchExport(t, fires.data), "portal": portalExport(t, fires.data),
		} {
			fired := p.run(t, export).fired
			if len(fired) != bytes.Count(fires.data, []byte("\n")) {
				t.Errorf("%s, %s: %d records", file(&rule.Meta), name, len(fired))
			}
			for i, f := range fired {
				if !slices.Contains(f, file(&rule.Meta)) {
					t.Errorf("%s, %s: record %d does not fire; those that do: %q", file(&rule.Meta), name, i+1, f)
				}
			}
		}
	}
}

// each calls do for every record and its text.
func each(t *testing.T, lines []byte, do func(r auditRecord, text string)) {
	t.Helper()
	for line := range bytes.Lines(lines) {
		var r auditRecord
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		do(r, string(bytes.TrimSpace(line)))
	}
}

func searchExport(t *testing.T, lines []byte) archived {
	t.Helper()
	var b bytes.Buffer
	each(t, lines, func(r auditRecord, text string) {
		line, err := json.Marshal(map[string]any{
			"CreationDate": r.CreationTime + "Z", "UserIds": r.UserID, "Operations": r.Operation,
			"Identity": r.ID, "AuditData": text,
		})
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	})
	return archived{jsonl.Format{}, b.Bytes()}
}

func portalExport(t *testing.T, lines []byte) archived {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	write := func(cells ...string) {
		if err := w.Write(cells); err != nil {
			t.Fatal(err)
		}
	}
	write("RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData", "AssociatedAdminUnits")
	each(t, lines, func(r auditRecord, text string) {
		write(r.ID, r.CreationTime+".0000000Z", "50", r.Operation, r.UserID, text, "")
	})
	w.Flush()
	format, _, err := formats.Recognise(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return archived{format, b.Bytes()}
}
