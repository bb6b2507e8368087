package jsonl

// role is what a field says about its record: which log, which machine, when.
// Fields are known by their full names, whatever shape they are found in.
type role uint8

// roleSet is a set of roles, one bit each.
type roleSet uint64

func (r roleSet) has(x role) bool { return r>>x&1 != 0 }

// all says whether r has all of the given ones.
func (r roleSet) all(want roleSet) bool { return r&want == want }

const (
	_ role = iota
	// namespace is a declaration of XML, which is no field.
	namespace

	systemChannel
	systemEventID
	systemComputer
	systemProvider
	systemTime
	dataName

	winlogChannel
	winlogEventID
	winlogProvider
	winlogComputer
	winlogTimeCreated
	eventDate
	eventCreateDate
	eventCode
	eventProvider
	hostName
	hostHostname

	oldLogName
	oldEventID
	oldSource
	oldComputer

	channel
	eventID
	computer
	hostnameNX
	sourceName
	sourceModuleType
	provider
	providerName
	providerUnder

	atTimestamp
	utcTime
	flatSystemTime
	timeCreated
	eventTimeNX
	timeGenerated

	timestamp
	timeField
	ts
	splunkTime
	eventTime
	eventCreated
	datetime
	timestampMs

	hostname
	host
	computerLow
	computerName
	deviceName

	systemRecordID
	winlogRecordID
	oldRecordNumber
	eventRecordID
	recordNumber

	nRoles
)

// A roleSet has a bit for every role.
const _ = uint(64 - nRoles)

// isUTC says of a role that is a time whether it is in UTC by definition.
func (r role) isUTC() bool {
	switch r {
	case systemTime, flatSystemTime, atTimestamp, winlogTimeCreated, eventCreateDate, utcTime, timeGenerated:
		return true
	default:
		return false
	}
}

// roleTable gives the role of every field name that has one.
func roleTable() map[string]role {
	return map[string]role{
		"System.Channel":                systemChannel,
		"System.EventID":                systemEventID,
		"System.Computer":               systemComputer,
		"System.Provider.Name":          systemProvider,
		"System.TimeCreated.SystemTime": systemTime,
		"EventData.Data.Name":           dataName,

		"winlog.channel":       winlogChannel,
		"winlog.event_id":      winlogEventID,
		"winlog.provider_name": winlogProvider,
		"winlog.computer_name": winlogComputer,
		"winlog.time_created":  winlogTimeCreated,
		"event_date":           eventDate,
		"@event_create_date":   eventCreateDate,
		"event.code":           eventCode,
		"event.provider":       eventProvider,
		"host.name":            hostName,
		"host.hostname":        hostHostname,

		"log_name":      oldLogName,
		"event_id":      oldEventID,
		"source_name":   oldSource,
		"computer_name": oldComputer,

		"Channel":          channel,
		"EventID":          eventID,
		"Computer":         computer,
		"Hostname":         hostnameNX,
		"SourceName":       sourceName,
		"SourceModuleType": sourceModuleType,
		"Provider":         provider,
		"ProviderName":     providerName,
		"Provider_Name":    providerUnder,

		"@timestamp":    atTimestamp,
		"UtcTime":       utcTime,
		"SystemTime":    flatSystemTime,
		"TimeCreated":   timeCreated,
		"EventTime":     eventTimeNX,
		"TimeGenerated": timeGenerated,

		"timestamp":     timestamp,
		"time":          timeField,
		"ts":            ts,
		"_time":         splunkTime,
		"eventTime":     eventTime,
		"event.created": eventCreated,
		"datetime":      datetime,
		"Timestamp":     timestampMs,

		"hostname":     hostname,
		"host":         host,
		"computer":     computerLow,
		"ComputerName": computerName,
		"DeviceName":   deviceName,

		"System.EventRecordID": systemRecordID,
		"winlog.record_id":     winlogRecordID,
		"record_number":        oldRecordNumber,
		"EventRecordID":        eventRecordID,
		"RecordNumber":         recordNumber,
	}
}
