package archivegen

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// recent is how many processes of a host are spoken of.
const recent = 8

// process is a process that events name.
type process struct {
	image   string
	guid    uint64 // when it began, in seconds, and 16 bits that tell it from others
	hash    uint64 // of its file's contents
	pid     int
	command []byte
	parent  string
}

// state is what the records of one file are made from. It is used by one
// goroutine.
type state struct {
	*world
	random    *rand.Rand
	processes [][recent]process
	records   []int64 // numbers of the last record, by host

	day      string
	midnight int64         // seconds since 1970
	at       time.Duration // since midnight
	host     *host
	user     *host // the owner of this host is the account
	number   int   // of host
	record   int64
	site     int
	process  *process
	parent   *process
	planted  *Indicator // stands for the site, the address or the hash
}

// next chooses whom the next record speaks of.
func (s *state) next() {
	s.number = s.random.IntN(hostCount)
	s.host = &s.hosts[s.number]
	s.user = s.host
	v := s.random.Uint64()
	if v&15 == 0 {
		s.user = &s.hosts[v>>8%40]
	}
	s.records[s.number]++
	s.record = s.records[s.number]
	of := &s.processes[s.number]
	s.process, s.parent = &of[v>>4&(recent-1)], &of[v>>16&(recent-1)]
	if v>>20&15 > 1 {
		s.site = int(s.host.sites[skewed(s.random, habitSites)])
	} else {
		s.site = skewed(s.random, siteCount)
	}
}

// start begins a process in the place of an older one.
func (s *state) start() {
	program := int(s.host.programs[s.random.IntN(len(s.host.programs))])
	if s.random.IntN(8) == 0 {
		program = skewed(s.random, programCount)
	}
	p := s.process
	p.image, p.pid = s.programs[program], 4*(200+s.random.IntN(4000))
	p.guid = uint64(s.midnight+int64(s.at/time.Second))<<16 | uint64(s.random.IntN(1<<16))
	// A program comes in a few hundred builds over the years.
	p.hash = (uint64(program)<<9 + uint64(skewed(s.random, 400))) * 0x9E3779B97F4A7C15
	p.parent = explorer
	if strings.HasPrefix(p.image, `C:\\Windows`) {
		p.parent = services
		p.command = append(append(p.command[:0], strings.ToLower(p.image)...), ` -k netsvcs -p -s `...)
		p.command = append(p.command, s.words[skewed(s.random, len(s.words))]...)
		return
	}
	p.command = s.command(p.command[:0], program)
}

// command appends a command line, escaped for JSON. Most are of few kinds with
// numbers and names in them.
func (s *state) command(dst []byte, program int) []byte {
	dst = append(append(append(dst, `\"`...), s.programs[program]...), `\"`...)
	word := func() []byte { return append(dst, s.words[skewed(s.random, len(s.words))]...) }
	switch v := s.random.IntN(10); {
	case v < 2:
		return dst
	case v < 4:
		dst = append(dst, ` --type=renderer --lang=en-US --renderer-client-id=`...)
		dst = strconv.AppendInt(dst, int64(s.random.IntN(400)), 10)
		dst = append(dst, ` --field-trial-handle=`...)
		return strconv.AppendInt(dst, int64(1000+s.random.IntN(9000)), 10)
	case v < 6:
		dst = append(dst, ` -k `...)
		dst = word()
		dst = append(dst, ` -p -s `...)
		return word()
	case v < 8:
		dst = append(dst, ` /c C:\\ProgramData\\Scripts\\`...)
		dst = word()
		dst = append(dst, `.ps1 -Id `...)
		return s.hex(dst, 8)
	default:
		dst = append(dst, ` C:\\Users\\`...)
		dst = append(append(dst, s.user.user...), `\\Documents\\`...)
		dst = word()
		dst = append(dst, '-')
		dst = strconv.AppendInt(dst, int64(s.random.IntN(5000)), 10)
		return append(dst, `.docx`...)
	}
}

func ofProcess(name string) part {
	switch name {
	case "image":
		return func(s *state, dst []byte) []byte { return append(dst, s.process.image...) }
	case "cmd":
		return func(s *state, dst []byte) []byte { return append(dst, s.process.command...) }
	case "pid":
		return func(s *state, dst []byte) []byte { return strconv.AppendInt(dst, int64(s.process.pid), 10) }
	case "pidhex":
		return func(s *state, dst []byte) []byte {
			return strconv.AppendInt(append(dst, "0x"...), int64(s.process.pid), 16)
		}
	case "guid":
		return func(s *state, dst []byte) []byte { return appendGUID(dst, s.process.guid, s.number) }
	case "parent":
		return func(s *state, dst []byte) []byte { return append(dst, s.process.parent...) }
	case "other":
		return func(s *state, dst []byte) []byte { return append(dst, s.parent.image...) }
	case "parentcmd":
		return func(s *state, dst []byte) []byte { return append(dst, s.parent.command...) }
	case "parentpid":
		return func(s *state, dst []byte) []byte { return strconv.AppendInt(dst, int64(s.parent.pid), 10) }
	case "parentguid":
		return func(s *state, dst []byte) []byte { return appendGUID(dst, s.parent.guid, s.number) }
	case "sha256":
		return func(s *state, dst []byte) []byte {
			if s.planted != nil && s.planted.Kind == "sha256" {
				return append(dst, s.planted.Value...)
			}
			return appendHash(dst, s.process.hash)
		}
	}
	return nil
}

// appendGUID appends a process GUID as Sysmon writes it, without its braces:
// the machine, when the process began, low half first, what tells it from others.
func appendGUID(dst []byte, v uint64, host int) []byte {
	dst = appendHex(dst, uint64(host+1)*0x9E3779B97F4A7C15>>32, 8)
	dst = appendHex(append(dst, '-'), v>>16, 4)
	dst = appendHex(append(dst, '-'), v>>32, 4)
	dst = appendHex(append(dst, '-'), v, 4)
	return append(dst, "-000000000400"...)
}

// appendHex appends the lowest digits of a number.
func appendHex(dst []byte, v uint64, digits int) []byte {
	for i := 4 * (digits - 1); i >= 0; i -= 4 {
		dst = append(dst, "0123456789abcdef"[v>>i&15])
	}
	return dst
}

func appendHash(dst []byte, v uint64) []byte {
	for range 4 {
		v = (v ^ v>>31) * 0xBF58476D1CE4E5B9
		dst = appendHex(dst, v, 16)
	}
	return dst
}

func ofSite(name string) part {
	switch name {
	case "site":
		return func(s *state, dst []byte) []byte {
			if s.planted != nil && s.planted.Kind == "domain" {
				return append(dst, s.planted.Value...)
			}
			return append(dst, s.sites[s.site]...)
		}
	case "out":
		return func(s *state, dst []byte) []byte {
			if s.planted != nil && s.planted.Kind == "ip" {
				return append(dst, s.planted.Value...)
			}
			return append(dst, s.siteIPs[s.site]...)
		}
	case "url":
		return func(s *state, dst []byte) []byte {
			if s.planted != nil && s.planted.Kind == "url" {
				return append(dst, s.planted.Value...)
			}
			dst = append(append(append(dst, "http://"...), s.sites[s.site]...), '/')
			dst = append(append(dst, s.words[skewed(s.random, len(s.words))]...), "/?id="...)
			return strconv.AppendInt(dst, int64(s.random.IntN(100_000)), 10)
		}
	}
	return nil
}
