package evgen

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/dwell-project/dwell/event"
)

// A maker makes one value.
type maker func(*Generator) (event.Kind, []byte)

// token returns n random characters, at least eight.
func (g *Generator) token(n int) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz234567"
	b := make([]byte, max(n, 8))
	for i := range b {
		b[i] = alphabet[g.random.IntN(len(alphabet))]
	}
	return string(b)
}

func oneOf[T any](g *Generator, from []T) T { return from[g.random.IntN(len(from))] }

// text makes one of the given texts with each % replaced by a token.
func text(forms ...string) maker {
	return func(g *Generator) (event.Kind, []byte) { return event.Text, []byte(g.fill(oneOf(g, forms))) }
}

func (g *Generator) fill(form string) string {
	for strings.Contains(form, "%") {
		form = strings.Replace(form, "%", g.token(8), 1)
	}
	return form
}

// image makes the path of a program. The last part is often one that rules ask
// about, so that their predicates hold as often as on a real host; the random
// part is a folder then.
func image(g *Generator) (event.Kind, []byte) { return event.Text, []byte(g.program()) }

func (g *Generator) program() string {
	return g.fill(oneOf(g, []string{
		`C:\Windows\System32\%\` + g.tool(), `C:\Program Files\%\%.exe`, `C:\Program Files (x86)\%\` + g.tool(),
		`C:\Users\%\AppData\Local\%\%.exe`, `C:\ProgramData\%\%.exe`, `C:\Windows\SysWOW64\%.exe`,
	}))
}

func (g *Generator) tool() string {
	return oneOf(g, []string{
		"svchost.exe", "cmd.exe", "powershell.exe", "rundll32.exe", "conhost.exe", "services.exe", "explorer.exe",
		"msiexec.exe", "wmiprvse.exe", "taskhostw.exe", "chrome.exe", "outlook.exe", "teams.exe", "lsass.exe",
	})
}

func command(g *Generator) (event.Kind, []byte) {
	return event.Text, []byte(g.fill(oneOf(g, []string{
		`"` + g.program() + `" --type=renderer --lang=en-GB --device=%`,
		g.program() + ` -k netsvcs -p -s %`,
		`cmd.exe /d /c "` + g.program() + `" -install % /quiet /log C:\Windows\Temp\%.log`,
		`powershell.exe -NoLogo -File C:\Scripts\%.ps1 -Site % -Verbose`,
		`rundll32.exe C:\Windows\System32\%.dll,Start %`,
		`"` + g.program() + `" /update /session:%`,
	})))
}

// words makes text of about n random words.
func words(n int) maker {
	return func(g *Generator) (event.Kind, []byte) {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(g.token(8 + g.random.IntN(5)))
		}
		return event.Text, []byte(b.String())
	}
}

func script(g *Generator) (event.Kind, []byte) {
	var b strings.Builder
	for range 6 + g.random.IntN(12) {
		b.WriteString(g.fill(oneOf(g, []string{
			`$% = Get-Item -Path 'C:\Data\%' -ErrorAction Stop; `, `Write-Verbose "site % done"; `,
			`if ($%.Count -gt 3) { Set-Content -Path C:\Temp\%.txt -Value $% }; `, `function Get-% { param($%) return $% }; `,
			`Import-Module %; `, `Invoke-Command -ComputerName % -ScriptBlock { hostname }; `,
		})))
	}
	return event.Text, []byte(b.String())
}

func hashes(g *Generator) (event.Kind, []byte) {
	return event.Text, []byte("SHA256=" + g.hexDigits(32))
}

func (g *Generator) hexDigits(bytes int) string {
	b := make([]byte, bytes)
	for i := range b {
		b[i] = byte(g.random.Uint32())
	}
	return strings.ToUpper(hex.EncodeToString(b))
}

// utcTime makes the time as Sysmon writes it, a little before the event's own.
func utcTime(g *Generator) (event.Kind, []byte) {
	t := g.now.Add(-time.Duration(g.random.Int64N(int64(100 * 24 * time.Hour))))
	return event.Text, t.AppendFormat(nil, "2006-01-02 15:04:05.000")
}

func guid(g *Generator) (event.Kind, []byte) {
	b := binary.LittleEndian.AppendUint64(nil, g.random.Uint64())
	return event.GUID, binary.LittleEndian.AppendUint64(b, g.random.Uint64())
}

// sid makes an account of a domain of its own: S-1-5-21-….
func sid(g *Generator) (event.Kind, []byte) {
	b := []byte{1, 5, 0, 0, 0, 0, 0, 5}
	for _, part := range []uint32{21, g.random.Uint32(), g.random.Uint32(), g.random.Uint32(), 1000 + g.random.Uint32N(9000)} {
		b = binary.LittleEndian.AppendUint32(b, part)
	}
	return event.SID, b
}

// processID makes a multiple of four, as Windows does, from a wider range than
// Windows uses, so that it does not repeat.
func processID(g *Generator) (event.Kind, []byte) {
	return event.Uint32, binary.LittleEndian.AppendUint32(nil, g.random.Uint32()&^3)
}

// pointer makes a process or thread number as the Security log writes it.
func pointer(g *Generator) (event.Kind, []byte) {
	return event.Hex64, binary.LittleEndian.AppendUint64(nil, uint64(g.random.Uint32()&^3))
}

func logonID(g *Generator) (event.Kind, []byte) {
	return event.Hex64, binary.LittleEndian.AppendUint64(nil, g.random.Uint64()>>24)
}

func port(g *Generator) (event.Kind, []byte) {
	return event.Uint16, binary.LittleEndian.AppendUint16(nil, uint16(1024+g.random.Uint32N(64512)))
}

func address(g *Generator) (event.Kind, []byte) {
	n := g.random.Uint32()
	return event.Text, fmt.Appendf(nil, "%d.%d.%d.%d", 1+byte(n)%223, byte(n>>8), byte(n>>16), byte(n>>24))
}

// logonType makes 2, 3, 5 or 10: the one value here that keeps repeating.
func logonType(g *Generator) (event.Kind, []byte) {
	return event.Uint32, binary.LittleEndian.AppendUint32(nil, oneOf(g, []uint32{2, 3, 5, 10}))
}
