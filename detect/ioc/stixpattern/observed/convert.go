package observed

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/dwell-project/dwell/event"
)

// conversion makes the values of a property of those under a name of ECS; no
// values are none.
type conversion func(o *Observer, values []event.Field) []any

// conversions by their names in the table. Those that are nil are made where
// their objects are.
var conversions = map[string]conversion{
	"": first, "all": all, "number": number, "base": base, "folder": folder, "domain": domain, "url": wholeURL, "mac": mac,
	"mutex": mutex, "join-url": joinURL, "request": request, "registry": nil,
}

func texts(values []event.Field) []string {
	var found []string
	for _, v := range values {
		if text := v.Text(); text != "" {
			found = append(found, text)
		}
	}
	return found
}

func first(_ *Observer, values []event.Field) []any {
	for _, t := range texts(values) {
		return []any{t}
	}
	return nil
}

// all makes one value, a list.
func all(_ *Observer, values []event.Field) []any {
	var list []any
	for _, t := range texts(values) {
		list = append(list, t)
	}
	if list == nil {
		return nil
	}
	return []any{list}
}

func number(_ *Observer, values []event.Field) []any {
	for _, t := range texts(values) {
		if n, err := strconv.ParseInt(t, 10, 64); err == nil {
			return []any{n}
		}
	}
	return nil
}

// base is the last part of a path.
func base(_ *Observer, values []event.Field) []any {
	for _, t := range texts(values) {
		if name := t[strings.LastIndexAny(t, `\/`)+1:]; name != "" {
			return []any{name}
		}
	}
	return nil
}

// folder is a path without its last part. A value that ends in a separator, or
// has none, is a folder already.
func folder(_ *Observer, values []event.Field) []any {
	for _, t := range texts(values) {
		switch at := strings.LastIndexAny(t, `\/`); {
		case at == 0, at == 2 && t[1] == ':':
			return []any{t[:at+1]}
		case at > 0:
			return []any{t[:at]}
		}
	}
	return nil
}

// domain gives a name without a dot at the end. An address is none.
func domain(_ *Observer, values []event.Field) []any {
	var found []any
	for _, t := range texts(values) {
		t = strings.TrimSuffix(t, ".")
		if _, err := netip.ParseAddr(t); err == nil || !strings.Contains(t, ".") || strings.ContainsAny(t, " /\\:") {
			continue
		}
		found = append(found, t)
	}
	return found
}

func wholeURL(_ *Observer, values []event.Field) []any {
	var found []any
	for _, t := range texts(values) {
		if strings.Contains(t, "://") {
			found = append(found, t)
		}
	}
	return found
}

func mac(_ *Observer, values []event.Field) []any {
	var found []any
	for _, t := range texts(values) {
		found = append(found, strings.ToLower(strings.ReplaceAll(t, "-", ":")))
	}
	return found
}

// mutex takes the name of an object in the kernel's tree apart.
func mutex(_ *Observer, values []event.Field) []any {
	found := texts(values)
	if len(found) == 0 {
		return nil
	}
	name := found[0]
	if at := strings.LastIndex(name, `\BaseNamedObjects\`); at >= 0 {
		name = name[at+len(`\BaseNamedObjects\`):]
	}
	return []any{name}
}

// joinURL makes a URL of its parts where the record has no whole one.
func joinURL(o *Observer, _ []event.Field) []any {
	host := o.text("url.domain")
	path := o.text("url.path")
	if host == "" || strings.Contains(o.text("url.full")+o.text("url.original"), "://") {
		return nil
	}
	scheme := o.text("url.scheme")
	if scheme == "" {
		if scheme = "http"; o.text("network.protocol") != "http" && o.text("url.port") == "443" {
			scheme = "https"
		}
	}
	if port := o.text("url.port"); port != "" && !(scheme == "http" && port == "80") && !(scheme == "https" && port == "443") {
		host += ":" + port
	}
	if query := o.text("url.query"); query != "" {
		path += "?" + query
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return []any{scheme + "://" + host + path}
}

// request is what a request asked for: path and query.
func request(o *Observer, values []event.Field) []any {
	path := o.text("url.path")
	if path == "" {
		return first(o, values)
	}
	if query := o.text("url.query"); query != "" {
		path += "?" + query
	}
	return []any{path}
}
