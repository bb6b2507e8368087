package formats_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/parse/lines"
)

// networkLogs says what is under which folder of real logs: the format of files
// whose path ends so, the longest end counting; "text" is no log, and read
// line by line with as little confidence as can be.
func networkLogs() map[string]map[string]string {
	return map[string]map[string]string{
		"zed-sample-data": {".log.gz": "zeek"},
		"zeek-baseline/testing": {
			"": "zeek",
		},
		"rita": {
			".log": "zeek", ".log.gz": "zeek", "json_with_all_fields/ORIGINALdns.log": "jsonl", "json_with_all_fields/conn.log": "jsonl",
			"json_with_all_fields/dns.log": "jsonl", "json_with_all_fields/http.log": "jsonl", "json_with_all_fields/ssl.log": "jsonl",
			"json_with_all_fields/open_conn.log": "jsonl", "json_with_all_fields/open_http.log": "jsonl",
			"json_with_all_fields/open_ssl.log": "jsonl", "truncated/conn_json.log": "jsonl", "text_file/conn.log": "text", "LICENSE": "text",
		},
		"slips": {
			".log": "zeek", ".binetflow": "csv", ".suricata.json": "jsonl", ".md": "text", "LICENSE": "text",
			"test13-malicious-dhcpscan-zeek-dir/dhcp.log": "jsonl", "test13-malicious-dhcpscan-zeek-dir/conn.log": "jsonl",
			"test14-malicious-zeek-dir/http.log": "jsonl", "test14-malicious-zeek-dir/tunnel.log": "jsonl",
			"test14-malicious-zeek-dir/conn.log": "jsonl", "test14-malicious-zeek-dir/smtp.log": "jsonl",
			"test15-malicious-zeek-dir/conn.log": "jsonl", "test15-malicious-zeek-dir/software.log": "jsonl",
			"test15-malicious-zeek-dir/ssl.log": "jsonl", "test16-malicious-zeek-dir/arp.log": "jsonl",
			"port-scans/vertical/conn.log": "jsonl",
		},
		"security-datasets/datasets/compound/LSASS_campaign_01": {"_zeek_logs.zip!.log": "zeek"},
		"security-datasets/datasets/compound/apt29/day1/zeek":   {"_logs.zip!.log": "jsonl"},
		"security-datasets/datasets/compound/Log4Shell":         {".zip!.json": "jsonl"},
	}
}

// expected returns the format that a table gives a path, and whether it does.
func expected(table map[string]string, path string) (format string, ok bool) {
	longest := -1
	for end, f := range table {
		base, inner, zipped := strings.Cut(end, "!")
		fits := strings.HasSuffix(path, end)
		if zipped {
			outer, member, _ := strings.Cut(path, "!")
			fits = strings.HasSuffix(outer, base) && strings.HasSuffix(member, inner)
		}
		if fits && len(end) > longest {
			longest, format, ok = len(end), f, true
		}
	}
	return format, ok
}

// headOf reads the first bytes of a file, decompressed if it is compressed.
func headOf(t *testing.T, r io.Reader) []byte {
	t.Helper()
	head := make([]byte, formats.HeadSize)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		t.Fatal(err)
	}
	head = head[:n]
	if !bytes.HasPrefix(head, []byte("\x1f\x8b")) {
		return head
	}
	z, err := gzip.NewReader(io.MultiReader(bytes.NewReader(head), r))
	if err != nil {
		t.Fatal(err)
	}
	return headOf(t, z)
}

// eachHead hands over the first bytes of every file under a folder and in the
// zip files there.
func eachHead(t *testing.T, root string, yield func(path string, head []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if strings.HasSuffix(path, ".zip") {
			eachMember(t, path, yield)
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		yield(path, headOf(t, f))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func eachMember(t *testing.T, path string, yield func(path string, head []byte)) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, member := range z.File {
		if member.FileInfo().IsDir() {
			continue
		}
		r, err := member.Open()
		if err != nil {
			t.Fatal(err)
		}
		yield(path+"!"+member.Name, headOf(t, r))
		r.Close()
	}
}

func TestRealNetworkLogsAreRecognisedByContent(t *testing.T) {
	root := os.Getenv("DWELL_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(root); err != nil {
		t.Skipf("no real logs: %v; set DWELL_DATA", err)
	}
	files, wrong := 0, 0
	for folder, table := range networkLogs() {
		eachHead(t, filepath.Join(root, filepath.FromSlash(folder)), func(path string, head []byte) {
			want, ok := expected(table, filepath.ToSlash(path))
			if !ok {
				return
			}
			files++
			got := ""
			if f, confidence, err := formats.Recognise(head); err == nil {
				if got = f.Name(); got == "lines" && confidence <= lines.Unsure {
					got = "text"
				}
			}
			if got != want {
				wrong++
				t.Errorf("%s: recognised as %q; want %q", path, got, want)
			}
		})
	}
	t.Logf("%d files, %d wrong", files, wrong)
}
