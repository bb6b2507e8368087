// Package w3c reads logs in the W3C Extended Log File Format
// (www.w3.org/TR/WD-logfile) and those of Exchange that follow it with commas:
// IIS (with OWA, EWS and ECP, which run in it), its FTP service, HTTPERR,
// Exchange's HttpProxy, message tracking, SMTP protocol and other logs,
// Microsoft's proxies, Windows Firewall, ProxySG, CloudFront and any other
// whose "#Fields:" line names the columns. That line may come again anywhere
// and is in force for what follows.
//
// An event is of schema "w3c"; its dataset, and its Channel, say which log it
// is: "iis.access", "exchange.httpproxy", "exchange.messagetracking",
// "exchange.smtp" (channel "exchange.smtp.receive" or "….send") … (see
// products), "w3c" if that is not known. Provider is
// what the "#Software:" line says. Fields are named as the columns are; "-" and
// an empty cell give no field. Columns that hold numbers give Number, all
// others Text. Two things are done to values, to undo what the writer did:
//
//   - IIS writes blanks in a user agent as "+". They are blanks again; of
//     several "+" in a row, the ones after the first stay.
//   - Where there are a stem and a query and no URI, cs-uri is the two joined
//     with "?", as the client sent them.
//
// # Columns
//
// Blanks (or tabs) separate columns, or commas where the "#Fields:" line has
// them. Cells of the latter may be quoted as RFC 4180 says, over several lines.
// Quotes count in the former too, but for IIS and HTTP.SYS, which quote
// nothing.
//
// # Time
//
// Dates and times are UTC, as the format says. A log whose header says "#Time
// Format: Local", as Windows Firewall's does, and a cell with a date and time
// of its own but no zone, are taken as UTC and the event says so
// ([event.AssumedZone]). A record with a time of day alone has the date of the
// last "#Date:" line.
package w3c
