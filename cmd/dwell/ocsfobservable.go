package main

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/dwell-project/dwell/detect"
)

// ocsfObservable is a value that a rule or indicator matched, under a pointer to
// where it stands in the finding.
type ocsfObservable struct {
	Name   string `json:"name"`
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
	Value  string `json:"value"`
}

// ocsfKind is one of OCSF's types of observables (version 1.6.0, the dictionary
// and the Windows extension).
type ocsfKind struct {
	id      int
	caption string
}

// ocsfFields says what is in a field, by the last part of its name in lower case.
var ocsfFields = map[string]ocsfKind{
	"image": {45, "File Path"}, "parentimage": {45, "File Path"}, "newprocessname": {45, "File Path"},
	"parentprocessname": {45, "File Path"}, "processname": {45, "File Path"}, "targetfilename": {45, "File Path"},
	"sourceimage": {45, "File Path"}, "targetimage": {45, "File Path"}, "imageloaded": {45, "File Path"},
	"filename": {7, "File Name"}, "originalfilename": {7, "File Name"},
	"commandline": {13, "Command Line"}, "parentcommandline": {13, "Command Line"}, "command_line": {13, "Command Line"},
	"processcommandline": {13, "Command Line"}, "scriptblocktext": {36, "Script Content"},
	"targetobject": {46, "Registry Key Path"}, "objectname": {45, "File Path"},
	"user": {4, "User Name"}, "username": {4, "User Name"}, "targetusername": {4, "User Name"}, "userid": {4, "User Name"},
	"subjectusername": {4, "User Name"}, "accountname": {4, "User Name"}, "account": {4, "User Name"}, "parentuser": {4, "User Name"},
	"computer": {1, "Hostname"}, "computername": {1, "Hostname"}, "hostname": {1, "Hostname"},
	"queryname": {1, "Hostname"}, "query": {1, "Hostname"}, "destinationhostname": {1, "Hostname"},
	"workstation": {1, "Hostname"}, "workstationname": {1, "Hostname"}, "server_name": {1, "Hostname"}, "cs-host": {1, "Hostname"},
	"c-uri": {6, "URL String"}, "url": {6, "URL String"}, "cs-uri": {6, "URL String"},
	"c-useragent": {16, "HTTP User-Agent"}, "cs-user-agent": {16, "HTTP User-Agent"}, "user_agent": {16, "HTTP User-Agent"},
	"useragent": {16, "HTTP User-Agent"},
	"md5":       {8, "Hash"}, "sha1": {8, "Hash"}, "sha256": {8, "Hash"}, "imphash": {8, "Hash"}, "hashes": {8, "Hash"},
	"processid": {15, "Process ID"}, "destinationport": {11, "Port"}, "sourceport": {11, "Port"}, "dst_port": {11, "Port"},
}

// ocsfObservables lists the matched values, each once. Empty ones and those that
// are no value, as null, are none, nor is the figure of a correlation.
func ocsfObservables(d *detect.Detection) []ocsfObservable {
	var all []ocsfObservable
	matched := d.Matched
	if d.Events != nil && len(matched) > 0 {
		matched = matched[:len(matched)-1]
	}
	seen := map[detect.Matched]bool{}
	index, total := map[string]int{}, map[string]int{}
	for i := range matched {
		total[matchedName(&matched[i])]++
	}
	for i := range matched {
		m := &matched[i]
		name := matchedName(m)
		at := "evidences[0].data.matched." + name
		if total[name] > 1 {
			at += "[" + strconv.Itoa(index[name]) + "]"
		}
		index[name]++
		text := m.Text()
		if text == "" || m.JSON == "null" || seen[*m] {
			continue
		}
		seen[*m] = true
		kind := ocsfKindOf(m.Field, text)
		all = append(all, ocsfObservable{Name: at, TypeID: kind.id, Type: kind.caption, Value: text})
	}
	return all
}

// ocsfKindOf says what a value is: by itself where it can be nothing else, else
// by its field.
func ocsfKindOf(field, text string) ocsfKind {
	if _, err := netip.ParseAddr(text); err == nil {
		return ocsfKind{2, "IP Address"}
	}
	whole := strings.ToLower(field)
	if kind, ok := ocsfFields[whole[strings.LastIndexByte(whole, '.')+1:]]; ok {
		return kind
	}
	// A name with @ is a Kerberos principal as often as an address.
	isMail := strings.Contains(whole, "mail") || strings.Contains(whole, "sender") || strings.Contains(whole, "recipient")
	if isMail && strings.Contains(text, "@") && !strings.ContainsAny(text, " ,;/\\") {
		return ocsfKind{5, "Email Address"}
	}
	return ocsfKind{99, matchedName(&detect.Matched{Field: field})}
}
