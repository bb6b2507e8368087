// Package collection recognises what programs for collecting evidence leave
// behind, a folder or an archive with the files of one machine, and says which
// machine that was.
//
// Many logs do not name the host that wrote them: a web server's, a firewall's.
// In a collection the host stands in a file beside them:
//
//   - Velociraptor (offline collector, or a collection exported from the
//     server): client_info.json beside collection_context.json or uploads.
//   - KAPE: *_ConsoleLog.txt, *_CopyLog.csv or *_SkipLog.csv beside a folder
//     that is called as a drive.
//
// Inner paths stay as they are, the percent signs of Velociraptor included: a
// path is how a record is found again.
package collection

import (
	"encoding/json"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
)

// maxInfo is how much of a file is read that may name the host, in bytes.
const maxInfo = 64 << 10

// Names are the names in one folder.
type Names []string

// Wants says whether [Host] has a use for a name in a folder.
func Wants(name string) bool {
	return isClientInfo(name) || isMark(name) || isDrive(name) || isKAPELog(name)
}

// Host returns the host of a collection, "" if there is none or it does not say
// which. Names are those in the folder called folder, "" if it has no name;
// open opens one of them.
func Host(folder string, names Names, open func(name string) (io.ReadCloser, error)) string {
	if info := slices.IndexFunc(names, isClientInfo); info >= 0 && slices.ContainsFunc(names, isMark) {
		return velociraptorHost(begin(open, names[info]))
	}
	if slices.ContainsFunc(names, isKAPELog) && slices.ContainsFunc(names, isDrive) {
		return kapeHost(folder, names, open)
	}
	return ""
}

func isClientInfo(name string) bool { return name == "client_info.json" }

// isMark says whether a name beside client_info.json shows that Velociraptor
// wrote both.
func isMark(name string) bool {
	return name == "collection_context.json" || name == "uploads" || name == "uploads.json"
}

func isDrive(name string) bool {
	return len(name) == 1 && (name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z')
}

func isConsoleLog(name string) bool { return strings.HasSuffix(name, "_ConsoleLog.txt") }

func isKAPELog(name string) bool {
	return isConsoleLog(name) || strings.HasSuffix(name, "_CopyLog.csv") || strings.HasSuffix(name, "_SkipLog.csv")
}

// begin reads how a file begins; nothing if it cannot be read, since it is a
// source of its own and reported there.
func begin(open func(string) (io.ReadCloser, error), name string) []byte {
	r, err := open(name)
	if err != nil {
		return nil
	}
	defer r.Close()
	text, _ := io.ReadAll(io.LimitReader(r, maxInfo)) // what was read before a fault will do
	return text
}

// velociraptorHost reads client_info.json: the collector writes Hostname and
// Fqdn, the server has them in os_info.
func velociraptorHost(text []byte) string {
	type names struct{ Hostname, Fqdn string }
	var info struct {
		names
		OSInfo names `json:"os_info"`
	}
	if json.Unmarshal(text, &info) != nil {
		return ""
	}
	for _, name := range []string{info.Fqdn, info.OSInfo.Fqdn, info.Hostname, info.OSInfo.Hostname} {
		if name != "" {
			return name
		}
	}
	return ""
}

// kapeHost reads the host from KAPE's own log if it ran on the machine whose
// files it collected, which it did if it read the system drive. Otherwise the
// machine in the log is the examiner's, and the folder's name is what whoever
// collected called the machine.
func kapeHost(folder string, names Names, open func(string) (io.ReadCloser, error)) string {
	for _, name := range names {
		if !isConsoleLog(name) {
			continue
		}
		// Two lines of the log; lines may have a time in front.
		text := begin(open, name)
		source := regexp.MustCompile(`(?m)Command line:.*--tsource "?([A-Za-z]):?\\?"?(?:\s|$)`).FindSubmatch(text)
		machine := regexp.MustCompile(`(?m)System info: Machine name: ([^,\r\n]+)`).FindSubmatch(text)
		if source != nil && machine != nil && strings.EqualFold(string(source[1]), "c") {
			return string(machine[1])
		}
	}
	if folder == "" || isDrive(folder) {
		return ""
	}
	return path.Base(folder)
}
