// Package jsonl reads records written as JSON objects: one a line, one after
// the other over several lines, or as the elements of an array.
//
// An object is flattened as package event describes, in one pass and without
// allocation. What encoding/json refuses is refused, and nothing else: in both,
// invalid UTF-8 inside a string is accepted, and here its bytes stay as they
// are. A text that is no object becomes a record of schema "unparsed" and
// dataset "unknown" whose one field "message" is that text, and a
// [parse.Problem] says where and why. Commas and brackets between records are
// passed over without asking whether they balance.
//
// A line that begins with <Event is read by package winxml, so that a file may
// mix the two.
//
// # Shapes
//
// Windows events are written as JSON in several ways, told apart record by
// record by the fields that are there:
//
//   - evtx: the event's own tree, {"Event":{"System":…,"EventData":…}}, as
//     evtx_dump and others write it, also with the System part at the top.
//     The level "Event", and the levels "#attributes", "#text", "X_attributes"
//     and "@X" that stand for XML attributes and text, are taken out of the
//     names, so that they are those of package evtx.
//   - ecs: winlogbeat and Elastic Agent, winlog.channel and the like.
//   - winlogbeat6: winlogbeat before version 7, log_name and event_id.
//   - nxlog: Channel and EventID at the top, Hostname for the machine.
//   - flat: Channel and EventID at the top, Computer for the machine.
//
// A level "_source" at the top, as Elasticsearch exports have, is taken out of
// the names.
//
// Records of clouds, identity services and EDRs are told by the names in them,
// see origins; their schema is named after the product, as "aws.cloudtrail". The
// text AuditData of Search-UnifiedAuditLog is replaced by the fields of the
// record in it. Everything else is of schema and dataset "json".
//
// # Envelopes
//
// An object whose list is named Records, value, items, resources or hits, with
// nothing before it but what exports put there, is no record: the objects in
// the list are.
//
// # Time
//
// Each shape has a list of fields that may hold the time, and the first that
// [parse.When] can read is taken; see allShapes. A time without zone is taken
// as UTC. That is wrong for NXLog's EventTime and TimeCreated, which are in the
// zone of the machine that wrote them and do not say so: they are asked last,
// after @timestamp, which may be a little later (it is when the collector had
// the event), and after Sysmon's UtcTime.
//
// # Place
//
// An event's Record is its EventRecordID if it has one, else the line on which
// it begins; its Offset is in bytes of the decompressed text, of which
// UTF-16 has become UTF-8.
package jsonl
