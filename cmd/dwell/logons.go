package main

import (
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// logons reads Windows logon records (Security 4624 and 4625) in whatever
// schema they come, by the taxonomy's names. It is for one goroutine.
type logons struct {
	tables *taxonomy.Tables
	names  *event.Names
	views  map[string]*logonView // by schema and channel
}

// logonView is what the records of one schema and channel call the values.
type logonView struct {
	security bool
	view     taxonomy.View
	roles    map[event.Name]logonRole
}

type logonRole uint8

const (
	roleNone logonRole = iota
	roleType
	roleUser
	roleDomain
	roleAddress
	roleWorkstation
)

// logonFields are the Sigma names of the values.
func logonFields() map[string]logonRole {
	return map[string]logonRole{
		"LogonType": roleType, "TargetUserName": roleUser, "TargetDomainName": roleDomain,
		"IpAddress": roleAddress, "WorkstationName": roleWorkstation,
	}
}

func newLogons(tables *taxonomy.Tables, names *event.Names) *logons {
	return &logons{tables: tables, names: names, views: map[string]*logonView{}}
}

// of returns the logon that a record is about, false if it is about none.
func (l *logons) of(ev *event.Event) (logonKey, bool) {
	var buf [16]byte
	var k logonKey
	switch string(ev.Code.AppendText(buf[:0])) {
	case "4624":
		k.outcome = "success"
	case "4625":
		k.outcome = "failure"
	default:
		return k, false
	}
	v := l.view(ev)
	if !v.security {
		return k, false
	}
	k.host = ev.HostName()
	var found [roleWorkstation + 1]string
	for _, f := range ev.Fields {
		role := v.role(l.names, f.Name)
		if role != roleNone && found[role] == "" {
			found[role] = said(f)
		}
	}
	k.kind, k.account, k.source = found[roleType], found[roleUser], found[roleAddress]
	if d := found[roleDomain]; d != "" && k.account != "" {
		k.account = d + `\` + k.account
	}
	if k.source == "" {
		k.source = found[roleWorkstation]
	}
	return k, true
}

// said returns a value's text, "" for the dash that says nothing.
func said(f event.Field) string {
	s := f.Text()
	if s == "-" {
		return ""
	}
	return s
}

func (l *logons) view(ev *event.Event) *logonView {
	key := ev.Schema + "\x00" + ev.Channel.Text() + "\x00" + ev.Provider.Text()
	v, ok := l.views[key]
	if !ok {
		view := l.tables.View(taxonomy.Origin{
			Schema: ev.Schema, Channel: ev.Channel.Text(), Provider: ev.Provider.Text(), Code: ev.Code.Text(),
		})
		security, _ := view.Admits(sigma.LogSource{Product: "windows", Service: "security"})
		v = &logonView{security: security, view: view, roles: map[event.Name]logonRole{}}
		if len(l.views) < maxViews {
			l.views[key] = v
		}
	}
	return v
}

// maxViews bounds what is kept for hostile input with ever new channels.
const maxViews = 1000

// role returns what a native name's value is to a logon.
func (v *logonView) role(names *event.Names, n event.Name) logonRole {
	role, ok := v.roles[n]
	if ok {
		return role
	}
	for _, t := range v.view.Sigma(names.Text(n)) {
		if r := logonFields()[t.Field]; r != roleNone {
			role = r
		}
	}
	v.roles[n] = role
	return role
}

// logonType names a logon type (Windows, "LogonType" of event 4624).
func logonType(number string) string {
	switch number {
	case "":
		return "-"
	case "0":
		return "0 system"
	case "2":
		return "2 interactive"
	case "3":
		return "3 network"
	case "4":
		return "4 batch"
	case "5":
		return "5 service"
	case "7":
		return "7 unlock"
	case "8":
		return "8 cleartext"
	case "9":
		return "9 new credentials"
	case "10":
		return "10 remote interactive"
	case "11":
		return "11 cached interactive"
	case "12":
		return "12 cached remote"
	case "13":
		return "13 cached unlock"
	default:
		return number
	}
}
