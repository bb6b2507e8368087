// Package winxml reads Windows event logs written as XML, as Event Viewer,
// wevtutil and Get-WinEvent export them: one <Event> element after another,
// each on a line or over several, with or without an <Events> element around
// them, in UTF-8 or UTF-16.
//
// Fields are called as in package evtx, and the schema is the same: the path of
// an element without the root, "System.Channel", an attribute one level more,
// "System.Provider.Name", and <Data Name="X"> under EventData or UserData
// "EventData.X". Namespace declarations are not fields. An element without
// attributes and content is a field of kind Null, but <Data Name="X"></Data> is
// an empty text. All other values are text: XML does not say their type. An
// event's Record is its EventRecordID; without one, and for what is no event,
// it is the line.
//
// Elements must be closed in order and attributes quoted; beyond that the
// reader is more lenient than XML, since real logs have characters in them that
// XML forbids. An event that is not well formed becomes a record of schema
// "unparsed" up to the end or beginning of an event, and so does each line of
// other text between events. XML declarations, comments and the tags of
// <Events> are passed over.
package winxml
