package csvlog

// kind is a table that is known by its columns. Names are given best first.
type kind struct {
	dataset, schema string
	need            []string
	time, host      []string
	provider, code  []string
	channel         []string
	utc             bool // times are UTC, whether they say so or not
	own             bool // the columns mean this whatever JSON with the same names would
}

// kinds returns the tables that are told here; those with the names of a JSON
// log are told by package jsonl before.
func kinds() []kind {
	return []kind{
		{
			dataset: "azure.signinlogs", schema: "csv.azure.signinlogs", need: []string{"Date (UTC)", "Request ID", "IP address"},
			time: []string{"Date (UTC)"}, code: []string{"Sign-in error code"}, utc: true,
		},
		{
			dataset: "azure.auditlogs", schema: "csv.azure.auditlogs", need: []string{"Date (UTC)", "CorrelationId", "Activity"},
			time: []string{"Date (UTC)"}, provider: []string{"Service"}, code: []string{"Activity"}, utc: true,
		},
		{
			dataset: "o365.audit", schema: "o365.audit.search", need: []string{"CreationDate", "AuditData"},
			time: []string{"CreationDate"}, code: []string{"Operations", "Operation"}, utc: true,
		},
		{
			dataset: "m365_defender.event", need: []string{"Timestamp", "ActionType", "DeviceName"},
			time: []string{"Timestamp"}, host: []string{"DeviceName"}, code: []string{"ActionType"}, utc: true,
		},
		{
			dataset: "hayabusa.timeline", schema: "csv.hayabusa", own: true, need: []string{"Timestamp", "RuleTitle", "Level", "Computer"},
			time: []string{"Timestamp"}, host: []string{"Computer"}, channel: []string{"Channel"}, code: []string{"EventID"},
		},
		{
			dataset: "chainsaw.timeline", schema: "csv.chainsaw", own: true, need: []string{"timestamp", "detections", "path"},
			time: []string{"timestamp"}, host: []string{"Computer"}, code: []string{"Event ID", "Event.System.EventID"}, utc: true,
		},
		{
			dataset: "evtxecmd.timeline", schema: "csv.evtxecmd", own: true, need: []string{"EventRecordId", "TimeCreated", "EventId", "PayloadData1"},
			time: []string{"TimeCreated"}, host: []string{"Computer"}, provider: []string{"Provider"}, channel: []string{"Channel"},
			code: []string{"EventId"}, utc: true,
		},
		{
			dataset: "plaso.timeline", schema: "csv.plaso", own: true, need: []string{"datetime", "timestamp_desc", "message"},
			time: []string{"datetime"}, host: []string{"hostname"}, provider: []string{"source"},
		},
		{
			dataset: "aws.vpcflow", schema: "csv.aws.vpcflow", need: []string{"srcaddr", "dstaddr", "log_status"},
			time: []string{"start"}, code: []string{"action"}, utc: true,
		},
		{
			dataset: "argus.flow", schema: "csv.argus", need: []string{"StartTime", "SrcAddr", "DstAddr", "Dport"},
			time: []string{"StartTime"},
		},
	}
}

// kind returns the kind of a table. Of one that is not known, the columns that
// usually hold time and machine are taken.
func (t *table) kind() kind {
	for _, k := range kinds() {
		if t.has(k.need...) {
			if k.schema == "" {
				k.schema = k.dataset
			}
			return k
		}
	}
	return kind{
		dataset: Name, schema: Name,
		time: []string{
			"@timestamp", "timestamp", "time", "datetime", "date (utc)", "date_time", "date-time", "_time", "eventtime", "event_time",
			"timegenerated", "timecreated", "time_created", "creationdate", "createddatetime", "activitydatetime", "starttime", "start_time", "date",
		},
		host: []string{"host.name", "hostname", "computer", "computername", "devicename", "host", "machine"},
	}
}
