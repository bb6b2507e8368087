package ecs_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse/ecs"
)

func TestTargetsNameWhereAFieldOfARecordIsWritten(t *testing.T) {
	tables, err := ecs.Load()
	if err != nil {
		t.Fatal(err)
	}
	names := event.NewNames("EventData.TargetUserName", "EventData.Hashes", "EventData.ObjectName", "EventData.ObjectType")
	m := ecs.NewMapper(tables, names)
	text := func(s string) event.Field { return event.Field{Kind: event.Text, Data: []byte(s)} }
	record := func(channel, code string, fields ...event.Field) ecs.Origin {
		return m.Origin(&event.Event{Schema: "evtx", Dataset: "windows.x", Channel: text(channel), Code: text(code), Fields: fields})
	}
	target := func(name, as string) ecs.Target { return ecs.Target{Name: name, As: as} }
	objectType := text("Key")
	objectType.Name = 4
	tests := []struct {
		origin ecs.Origin
		name   event.Name
		want   []ecs.Target
	}{
		{record("Security", "4624"), 1, []ecs.Target{target("user.name", ""), target("winlog.event_data.TargetUserName", "")}},
		{record("Security", "4648"), 1, []ecs.Target{target("user.target.name", ""), target("winlog.event_data.TargetUserName", "")}},
		{record("Microsoft-Windows-Sysmon/Operational", "7"), 2, []ecs.Target{
			target("file", "hashes"), target("dll", "hashes"), target("winlog.event_data.Hashes", ""),
		}},
		{record("Security", "4663"), 3, []ecs.Target{target("winlog.event_data.ObjectName", "")}},
		{record("Security", "4663", objectType), 3, []ecs.Target{target("registry.path", ""), target("winlog.event_data.ObjectName", "")}},
		{record("Security", "4624"), event.Overflow, nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, m.Targets(nil, tt.origin, tt.name)); diff != "" {
			t.Errorf("Targets(%s) (-want +got):\n%s", names.Text(tt.name), diff)
		}
	}
	if first, again := record("Security", "4624"), record("Security", "4624"); first != again {
		t.Error("two records of one kind have different origins")
	}
}
