package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse/ocsf"
	"github.com/dwell-project/dwell/scope"
	"github.com/dwell-project/dwell/sigma"
)

// ocsfFinding is a hit as OCSF's Detection Finding (class 2004).
type ocsfFinding struct {
	ClassUID     int              `json:"class_uid"`
	ClassName    string           `json:"class_name"`
	CategoryUID  int              `json:"category_uid"`
	CategoryName string           `json:"category_name"`
	ActivityID   int              `json:"activity_id"`
	ActivityName string           `json:"activity_name"`
	TypeUID      int              `json:"type_uid"`
	TypeName     string           `json:"type_name"`
	SeverityID   int              `json:"severity_id"`
	Severity     string           `json:"severity"`
	StatusID     int              `json:"status_id"`
	Status       string           `json:"status"`
	StatusDetail string           `json:"status_detail,omitempty"`
	IsAlert      bool             `json:"is_alert"`
	Time         int64            `json:"time"` // ms
	TimeDT       string           `json:"time_dt,omitempty"`
	Message      string           `json:"message"`
	Metadata     ocsfMetadata     `json:"metadata"`
	FindingInfo  ocsfFindingInfo  `json:"finding_info"`
	Device       *ocsfDevice      `json:"device,omitempty"`
	Resources    []ocsfResource   `json:"resources,omitempty"`
	Evidences    []ocsfEvidence   `json:"evidences"`
	Observables  []ocsfObservable `json:"observables,omitempty"`
	Unmapped     *ocsfUnmapped    `json:"unmapped,omitempty"`
}

type ocsfMetadata struct {
	Version  string      `json:"version"`
	Product  ocsfProduct `json:"product"`
	Profiles []string    `json:"profiles,omitempty"`
	UID      string      `json:"uid"`
	LogName  string      `json:"log_name,omitempty"`
}

type ocsfProduct struct {
	Name       string `json:"name"`
	VendorName string `json:"vendor_name"`
	Version    string `json:"version"`
}

type ocsfFindingInfo struct {
	UID           string             `json:"uid"`
	Title         string             `json:"title"`
	Desc          string             `json:"desc,omitempty"`
	Analytic      ocsfAnalytic       `json:"analytic"`
	Attacks       []ocsfAttack       `json:"attacks,omitempty"`
	DataSources   []string           `json:"data_sources,omitempty"`
	FirstSeen     int64              `json:"first_seen_time,omitempty"` // ms
	LastSeen      int64              `json:"last_seen_time,omitempty"`  // ms
	RelatedEvents []ocsfRelatedEvent `json:"related_events,omitempty"`
	RelatedCount  int                `json:"related_events_count,omitempty"`
}

type ocsfAnalytic struct {
	TypeID   int    `json:"type_id"`
	Type     string `json:"type"`
	UID      string `json:"uid,omitempty"`
	Name     string `json:"name"`
	Version  string `json:"version,omitempty"` // the date of the last change
	StateID  int    `json:"state_id,omitempty"`
	State    string `json:"state,omitempty"`
	Category string `json:"category"`
}

type ocsfAttack struct {
	Tactic       *ocsfEntity `json:"tactic,omitempty"`
	Technique    *ocsfEntity `json:"technique,omitempty"`
	SubTechnique *ocsfEntity `json:"sub_technique,omitempty"`
}

type ocsfEntity struct {
	UID  string `json:"uid,omitempty"`
	Name string `json:"name,omitempty"`
}

type ocsfRelatedEvent struct {
	UID       string `json:"uid"`
	Title     string `json:"title,omitempty"`
	FirstSeen int64  `json:"first_seen_time,omitempty"` // ms
}

type ocsfDevice struct {
	TypeID   int    `json:"type_id"`
	Type     string `json:"type"`
	Hostname string `json:"hostname"`
}

type ocsfResource struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type ocsfEvidence struct {
	UID    string      `json:"uid"`
	Name   string      `json:"name,omitempty"`
	Device *ocsfDevice `json:"device,omitempty"`
	User   *ocsfEntity `json:"user,omitempty"`
	Data   ocsfData    `json:"data"`
}

// ocsfData is what OCSF leaves to the product.
type ocsfData struct {
	File    string          `json:"file"`
	Record  int64           `json:"record"`
	Matched json.RawMessage `json:"matched,omitempty"`
}

type ocsfUnmapped struct {
	FalsePositives []string `json:"falsepositives,omitempty"`
	References     []string `json:"references,omitempty"`
	RuleFile       string   `json:"rule_file,omitempty"`
	Late           bool     `json:"late,omitempty"`
}

// ocsfWriter writes one finding a line.
type ocsfWriter struct {
	out     *bufio.Writer
	encoder *json.Encoder
	version string
}

func newOCSFWriter(out *bufio.Writer) *ocsfWriter {
	w := &ocsfWriter{out: out, encoder: json.NewEncoder(out), version: thisVersion().Version}
	w.encoder.SetEscapeHTML(false)
	return w
}

func (w *ocsfWriter) write(d *detect.Detection) error { return w.encoder.Encode(w.finding(d)) }

func (w *ocsfWriter) end() error { return w.out.Flush() }

func (w *ocsfWriter) finding(d *detect.Detection) *ocsfFinding {
	uid := ocsfUID(d)
	f := &ocsfFinding{
		ClassUID: 2004, ClassName: "Detection Finding", CategoryUID: 2, CategoryName: "Findings",
		ActivityID: 1, ActivityName: "Create", TypeUID: 200401, TypeName: "Detection Finding: Create",
		StatusID: 1, Status: "New", IsAlert: true, Message: message(d),
		Metadata: ocsfMetadata{
			Version: ocsf.Version, UID: uid, LogName: d.Event.Dataset,
			Product: ocsfProduct{Name: "dwell", VendorName: "dwell", Version: w.version},
		},
		FindingInfo: ocsfInfo(d, uid),
		Evidences:   ocsfEvidences(d),
		Observables: ocsfObservables(d),
		Unmapped:    ocsfRest(d),
	}
	f.SeverityID, f.Severity = ocsfSeverity(d.Rule.Level)
	if at := d.Event.Time; at.IsZero() {
		f.StatusDetail = "The record has no time; time is the epoch."
	} else {
		f.Time, f.TimeDT = at.UnixMilli(), timeText(at)
		f.Metadata.Profiles = []string{"datetime"}
	}
	if host := d.Event.Host; host != "" {
		f.Device = ocsfHost(host)
		f.Resources = []ocsfResource{{Name: host, Type: "host"}}
	}
	if account := d.Event.Account; account != "" {
		f.Resources = append(f.Resources, ocsfResource{Name: account, Type: "account"})
	}
	return f
}

// ocsfUID names the hit: the same rule on the same records is the same finding,
// in every copy of them.
func ocsfUID(d *detect.Detection) string {
	h := sha256.New()
	part := func(text string) {
		h.Write([]byte(text))
		h.Write([]byte{0})
	}
	part(d.Rule.ID)
	part(d.Rule.Title)
	part(d.Event.ID.String())
	for i := range d.Events {
		part(d.Events[i].ID.String())
	}
	if d.Events != nil { // one record may complete several groups
		for i := range d.Matched {
			part(d.Matched[i].Field)
			part(d.Matched[i].JSON)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func ocsfSeverity(l sigma.Level) (id int, caption string) {
	switch l {
	case sigma.Critical:
		return 5, "Critical"
	case sigma.High:
		return 4, "High"
	case sigma.Medium:
		return 3, "Medium"
	case sigma.Low:
		return 2, "Low"
	case sigma.Informational:
		return 1, "Informational"
	default:
		return 0, "Unknown"
	}
}

func ocsfInfo(d *detect.Detection, uid string) ocsfFindingInfo {
	info := ocsfFindingInfo{
		UID: uid, Title: d.Rule.Title, Desc: d.Rule.Description, Analytic: ocsfRule(d), Attacks: ocsfAttacks(d.Rule.Tags),
		FirstSeen: ocsfTime(d.Event.Time), LastSeen: ocsfTime(d.Event.Time), RelatedCount: len(d.Events),
	}
	if d.Event.Dataset != "" {
		info.DataSources = []string{d.Event.Dataset}
	}
	for i := range d.Events {
		e := &d.Events[i]
		info.RelatedEvents = append(info.RelatedEvents, ocsfRelatedEvent{UID: e.ID.String(), Title: e.Dataset, FirstSeen: ocsfTime(e.Time)})
		if i == 0 {
			info.FirstSeen = ocsfTime(e.Time)
		}
		if e.Dataset != "" && !slices.Contains(info.DataSources, e.Dataset) {
			info.DataSources = append(info.DataSources, e.Dataset)
		}
	}
	slices.Sort(info.DataSources)
	return info
}

// ocsfTime is a time in milliseconds since 1970, 0 for none.
func ocsfTime(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func ocsfRule(d *detect.Detection) ocsfAnalytic {
	m := d.Rule
	a := ocsfAnalytic{TypeID: 1, Type: "Rule", UID: m.ID, Name: m.Title, Category: "sigma rule", Version: m.Modified}
	if d.Events != nil {
		a.Category = "sigma correlation"
	}
	if a.Version == "" {
		a.Version = m.Date
	}
	switch m.Status {
	case sigma.Stable, sigma.Test:
		a.StateID, a.State = 1, "Active"
	case sigma.Experimental:
		a.StateID, a.State = 3, "Experimental"
	}
	return a
}

// ocsfAttacks pairs techniques with the tactics that they serve; tactics of the
// rule that none of its techniques serves stand alone.
func ocsfAttacks(tags []string) []ocsfAttack {
	var attacks []ocsfAttack
	paired, told := map[int]bool{}, map[string]bool{}
	for _, c := range scope.Cells(tags) {
		a := ocsfTechnique(c.Technique)
		a.Tactic = ocsfTactic(c.Tactic)
		attacks = append(attacks, a)
		paired[c.Tactic], told[c.Technique] = true, true
	}
	for _, id := range scope.Techniques(tags) {
		if !told[id] {
			attacks, told[id] = append(attacks, ocsfTechnique(id)), true
		}
	}
	for _, place := range scope.Tactics(tags) {
		if !paired[place] {
			attacks = append(attacks, ocsfAttack{Tactic: ocsfTactic(place)})
		}
	}
	return attacks
}

func ocsfTactic(place int) *ocsfEntity {
	return &ocsfEntity{UID: scope.TacticID(place), Name: scope.TacticName(place)}
}

func ocsfTechnique(id string) ocsfAttack {
	technique, _, isSub := strings.Cut(id, ".")
	a := ocsfAttack{Technique: &ocsfEntity{UID: technique}}
	if isSub {
		a.SubTechnique = &ocsfEntity{UID: id}
	}
	return a
}

func ocsfHost(host string) *ocsfDevice {
	return &ocsfDevice{TypeID: 0, Type: "Unknown", Hostname: host}
}

// ocsfEvidences are the record, or all that a correlation counted. What matched
// is with the first.
func ocsfEvidences(d *detect.Detection) []ocsfEvidence {
	refs := d.Events
	if len(refs) == 0 {
		refs = []detect.EventRef{d.Event}
	}
	all := make([]ocsfEvidence, len(refs))
	for i := range refs {
		r := &refs[i]
		e := ocsfEvidence{UID: r.ID.String(), Name: r.Dataset, Data: ocsfData{File: r.File, Record: r.Record}}
		if r.Host != "" {
			e.Device = ocsfHost(r.Host)
		}
		if r.Account != "" {
			e.User = &ocsfEntity{Name: r.Account}
		}
		all[i] = e
	}
	all[0].Data.Matched = matchedJSON(d.Matched)
	return all
}

// matchedJSON writes each field once, with a list if it has several values.
func matchedJSON(matched []detect.Matched) json.RawMessage {
	var fields []string
	values := map[string][]string{}
	for i := range matched {
		name := matchedName(&matched[i])
		if values[name] == nil {
			fields = append(fields, name)
		}
		values[name] = append(values[name], matched[i].JSON)
	}
	b := []byte{'{'}
	for i, name := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(event.AppendJSONString(b, []byte(name)), ':')
		if list := values[name]; len(list) > 1 {
			b = append(append(append(b, '['), strings.Join(list, ",")...), ']')
		} else {
			b = append(b, list[0]...)
		}
	}
	return append(b, '}')
}

// matchedName is how a matched field is called in output for programs.
func matchedName(m *detect.Matched) string {
	if m.Field == "" {
		return "keywords"
	}
	return m.Field
}

func ocsfRest(d *detect.Detection) *ocsfUnmapped {
	u := &ocsfUnmapped{
		FalsePositives: d.Rule.FalsePositives, References: d.Rule.References, RuleFile: d.Rule.Position.File, Late: d.Late,
	}
	if len(u.FalsePositives) == 0 && len(u.References) == 0 && u.RuleFile == "" && !u.Late {
		return nil
	}
	return u
}
