package evtxwrite

import "time"

// Record is one event. Only what is set is written; an empty UserSID, Guid or
// ActivityID is an attribute that is not there.
type Record struct {
	ID           uint64 // EventRecordID; 0 is one more than that of the record before
	Time         time.Time
	Provider     string
	ProviderGUID string
	EventID      uint16
	Qualifiers   Value // Null is none
	Version      uint8
	Level        uint8
	Task         uint16
	Opcode       uint8
	Keywords     uint64
	ActivityID   string
	ProcessID    uint32
	ThreadID     uint32
	Channel      string
	Computer     string
	UserSID      string

	// Data are the Data elements of EventData, in order.
	Data []Data
	// EventData says that there is an EventData even if Data is empty.
	EventData bool
	// UserData is the element in UserData.
	UserData *Element
	// RenderingInfo is written behind the data, as forwarding does.
	RenderingInfo *Element

	// Root, if set, is written instead of all of the above but ID and Time.
	Root *Element
	// Bare writes Root without a template; it must have no values.
	Bare bool
}

// Data is a Data element; without a name it has no attribute Name.
type Data struct {
	Name  string
	Value Value
}

// schema is the name space of events.
const schema = "http://schemas.microsoft.com/win/2004/08/events/event"

// root makes the element that is written.
func (r *Record) root() (*Element, error) {
	if r.Root != nil {
		return r.Root, nil
	}
	system, err := r.system()
	if err != nil {
		return nil, err
	}
	root := Elem("Event", Child(system)).With("xmlns", Text(schema))
	if len(r.Data) > 0 || r.EventData {
		root.Content = append(root.Content, Optional(BinXML(r.eventData())))
	}
	if r.UserData != nil {
		root.Content = append(root.Content, Child(Elem("UserData", Sub(BinXML(r.UserData)))))
	}
	if r.RenderingInfo != nil {
		root.Content = append(root.Content, Child(r.RenderingInfo))
	}
	return root, nil
}

func (r *Record) system() (*Element, error) {
	provider := Elem("Provider").With("Name", Text(r.Provider))
	if r.ProviderGUID != "" {
		if _, err := GUID(r.ProviderGUID); err != nil {
			return nil, err
		}
		provider.With("Guid", Text(r.ProviderGUID))
	}
	activity, err := optional(r.ActivityID, GUID)
	if err != nil {
		return nil, err
	}
	user, err := optional(r.UserSID, SID)
	if err != nil {
		return nil, err
	}
	return Elem("System",
		Child(provider),
		Child(Elem("EventID", Sub(Uint16(r.EventID))).With("Qualifiers", Optional(r.Qualifiers))),
		Child(Elem("Version", Sub(Uint8(r.Version)))),
		Child(Elem("Level", Sub(Uint8(r.Level)))),
		Child(Elem("Task", Sub(Uint16(r.Task)))),
		Child(Elem("Opcode", Sub(Uint8(r.Opcode)))),
		Child(Elem("Keywords", Sub(Hex64(r.Keywords)))),
		Child(Elem("TimeCreated").With("SystemTime", Sub(FileTime(r.Time)))),
		Child(Elem("EventRecordID", Sub(Uint64(r.ID)))),
		Child(Elem("Correlation").With("ActivityID", Optional(activity))),
		Child(Elem("Execution").With("ProcessID", Sub(Uint32(r.ProcessID))).With("ThreadID", Sub(Uint32(r.ThreadID)))),
		Child(Elem("Channel", Sub(String(r.Channel)))),
		Child(Elem("Computer", Sub(String(r.Computer)))),
		Child(Elem("Security").With("UserID", Optional(user))),
	), nil
}

// optional reads s, which may be empty.
func optional(s string, read func(string) (Value, error)) (Value, error) {
	if s == "" {
		return Null(), nil
	}
	return read(s)
}

func (r *Record) eventData() *Element {
	e := Elem("EventData")
	for _, d := range r.Data {
		data := Elem("Data", Sub(d.Value))
		if d.Name != "" {
			data.With("Name", Text(d.Name))
		}
		e.Content = append(e.Content, Child(data))
	}
	return e
}
