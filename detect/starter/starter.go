// Package starter is the pack of rules that dwell runs when it is given none.
//
// It covers what intruders do again and again in Windows networks, and what
// spies do to mail and identities: in Microsoft 365, Entra, Exchange and other
// mail servers, at VPN gateways, and as Zeek sees it. It prefers few detections
// worth reading to many: who wants breadth gives a folder of community rules
// instead. Every rule has, in testdata, records on which it must fire and
// records on which it must not. What fires on data in which nothing is wrong is
// written down there, in allowed.yml, with the reason.
package starter

import (
	"embed"
	"io/fs"

	"github.com/dwell-project/dwell/sigma"
)

//go:embed rules/*.yml
var embedded embed.FS

// Rules returns the rule files, one rule in each, at the root of the file
// system.
func Rules() fs.FS {
	rules, err := fs.Sub(embedded, "rules")
	if err != nil {
		// Sub refuses only a malformed name, and this one is a constant.
		return embedded
	}
	return rules
}

// Load reads the pack. A test holds that it has no problems.
func Load() *sigma.Collection { return sigma.LoadFS(Rules()) }
