package archivegen

import (
	"fmt"
	"math/rand/v2"
	"strconv"
)

const (
	hostCount    = 2000
	siteCount    = 60_000
	programCount = 900
	libraryCount = 6000
	habitSites   = 40
)

// world is what all sources speak of. It does not change.
type world struct {
	hosts     []host
	sites     []string
	siteIPs   []string
	programs  []string // paths, escaped for JSON
	libraries []string
	words     []string
	agents    []string
}

type host struct {
	name, address, user, sid string
	sites                    [habitSites]int32
	programs                 [24]int16
}

func newWorld(seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // repeatable, not secret
	w := &world{words: words(r, 4000), agents: agents(r)}
	for i := range siteCount {
		name := w.words[r.IntN(len(w.words))] + w.words[r.IntN(len(w.words))] + []string{".example", ".example.com", ".example.net", ".example.org"}[r.IntN(4)]
		if i%3 == 0 {
			name = []string{"www.", "cdn.", "api.", "static."}[r.IntN(4)] + name
		}
		w.sites = append(w.sites, name)
		w.siteIPs = append(w.siteIPs, fmt.Sprintf("198.18.%d.%d", r.IntN(256), 1+r.IntN(254)))
	}
	w.programs = append(w.programs, system32()...)
	for len(w.programs) < programCount {
		vendor, app := title(w.words[r.IntN(len(w.words))]), w.words[r.IntN(len(w.words))]
		w.programs = append(w.programs, `C:\\Program Files\\`+vendor+`\\`+title(app)+`\\`+app+`.exe`)
	}
	for range libraryCount {
		w.libraries = append(w.libraries, `C:\\Windows\\System32\\`+w.words[r.IntN(len(w.words))]+w.words[r.IntN(400)]+`.dll`)
	}
	for i := range hostCount {
		w.hosts = append(w.hosts, w.host(r, i))
	}
	return w
}

func (w *world) host(r *rand.Rand, i int) (h host) {
	h.name = "WS" + strconv.Itoa(10000+i)
	if i%20 == 0 {
		h.name = "SRV" + strconv.Itoa(1000+i)
	}
	h.address = fmt.Sprintf("10.20.%d.%d", i/250, 1+i%250)
	h.user = string(rune('a'+i%26)) + "." + w.words[r.IntN(len(w.words))] + strconv.Itoa(i%10)
	h.sid = "S-1-5-21-1004336348-1177238915-682003330-" + strconv.Itoa(1100+i)
	for k := range h.sites {
		h.sites[k] = int32(skewed(r, siteCount))
	}
	for k := range h.programs {
		h.programs[k] = int16(skewed(r, programCount))
	}
	return h
}

// skewed returns a number below n, low ones much more often.
func skewed(r *rand.Rand, n int) int {
	at := r.Float64()
	return int(at * at * at * float64(n))
}

func words(r *rand.Rand, n int) (all []string) {
	const consonants, vowels = "bcdfghklmnprstvz", "aeiou"
	for range n {
		var b []byte
		for range 2 + r.IntN(2) {
			b = append(b, consonants[r.IntN(len(consonants))], vowels[r.IntN(len(vowels))])
		}
		all = append(all, string(b))
	}
	return all
}

func title(word string) string { return string(word[0]-'a'+'A') + word[1:] }

func agents(r *rand.Rand) (all []string) {
	for range 300 {
		all = append(all, fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.%d.%d Safari/537.36",
			100+r.IntN(40), 4000+r.IntN(2000), r.IntN(200)))
	}
	return all
}

// system32 are programs of Windows, those that start most first. What rules look
// at wherever it starts is not among them: see sysmon.
func system32() (paths []string) {
	for _, name := range []string{
		"svchost", "backgroundTaskHost", "RuntimeBroker", "taskhostw", "SearchProtocolHost", "SearchFilterHost", "wermgr", "sppsvc", "smartscreen",
		"audiodg", "ctfmon", "MusNotification", "UsoClient", "gpupdate", "mstsc", "powercfg", "spoolsv",
	} {
		paths = append(paths, `C:\\Windows\\System32\\`+name+`.exe`)
	}
	return append(paths, `C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe`, `C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe`)
}

// services is the parent of programs of Windows, explorer that of all others.
const (
	services = `C:\\Windows\\System32\\services.exe`
	explorer = `C:\\Windows\\explorer.exe`
)
