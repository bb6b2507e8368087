package taxonomy_test

import (
	"slices"
	"testing"

	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

func TestNetworkRecordsBelongToTheLogSourcesOfTheirRules(t *testing.T) {
	tables, err := taxonomy.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		origin taxonomy.Origin
		source sigma.LogSource
		native string
		want   []string // names that the native one answers to, best first or not
	}{
		{taxonomy.Origin{Schema: "zeek", Channel: "dns", Provider: "zeek"}, sigma.LogSource{Product: "zeek", Service: "dns"}, "query", []string{"query"}},
		{taxonomy.Origin{Schema: "zeek", Channel: "dns"}, sigma.LogSource{Category: "dns"}, "qtype_name", []string{"record_type", "qtype_name"}},
		{taxonomy.Origin{Schema: "zeek", Channel: "x509"}, sigma.LogSource{Product: "zeek", Service: "x509"}, "certificate_serial", []string{"certificate.serial"}},
		{taxonomy.Origin{Schema: "zeek", Channel: "http"}, sigma.LogSource{Category: "proxy"}, "user_agent", []string{"c-useragent", "cs-user-agent"}},
		{taxonomy.Origin{Schema: "zeek", Channel: "conn"}, sigma.LogSource{Category: "firewall"}, "id_resp_p", []string{"id.resp_p", "dst_port"}},
		{taxonomy.Origin{Schema: "suricata", Channel: "http"}, sigma.LogSource{Category: "webserver"}, "http.url", []string{"cs-uri-query", "c-uri"}},
		{taxonomy.Origin{Schema: "w3c", Channel: "iis.access"}, sigma.LogSource{Category: "webserver"}, "cs(User-Agent)", []string{"cs-user-agent"}},
		{taxonomy.Origin{Schema: "w3c", Channel: "iis.access"}, sigma.LogSource{Product: "windows", Service: "iis"}, "cs-uri", []string{"c-uri", "cs-uri-query"}},
		{taxonomy.Origin{Schema: "w3c", Channel: "exchange.httpproxy"}, sigma.LogSource{Product: "exchange", Service: "httpproxy"}, "HttpStatus", []string{"sc-status"}},
		{taxonomy.Origin{Schema: "w3c", Channel: "exchange.messagetracking"}, sigma.LogSource{Product: "exchange", Service: "messagetracking"}, "event-id", []string{"event-id"}},
		{taxonomy.Origin{Schema: "w3c", Channel: "windows.firewall"}, sigma.LogSource{Category: "firewall"}, "dst-port", []string{"dst_port"}},
	} {
		view := tables.View(c.origin)
		if ok, groups := view.Admits(c.source); !ok || len(groups) > 0 {
			t.Errorf("%+v is not of %+v; it is %s", c.origin, c.source, view)
		}
		var names []string
		for _, target := range view.Sigma(c.native) {
			names = append(names, target.Field)
		}
		for _, want := range c.want {
			if !slices.Contains(names, want) {
				t.Errorf("%+v: %s answers to %v; want %s among them", c.origin, c.native, names, want)
			}
		}
	}
}

func TestTheWholeRequestComesBeforeTheQueryAlone(t *testing.T) {
	tables, err := taxonomy.Load()
	if err != nil {
		t.Fatal(err)
	}
	view := tables.View(taxonomy.Origin{Schema: "w3c", Channel: "iis.access"})
	priority := func(native string) int {
		for _, target := range view.Sigma(native) {
			if target.Field == "cs-uri-query" {
				return target.Priority
			}
		}
		t.Fatalf("%s does not answer to cs-uri-query", native)
		return 0
	}
	if whole, query := priority("cs-uri"), priority("cs-uri-query"); whole >= query {
		t.Errorf("cs-uri has priority %d and cs-uri-query %d; want the first lower", whole, query)
	}
}
