package release_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/cmd/dwell/release"
)

func rule(n int, image string) string {
	return fmt.Sprintf("title: Rule %d\nid: %08d-1111-4111-8111-111111111111\nlevel: high\nlogsource: {category: process_creation, product: windows}\n"+
		"detection:\n    selection: {Image: '%s'}\n    condition: selection\n", n, n, image)
}

// entry is a file of an archive; a mode of 0 is an ordinary one.
type entry struct {
	name, text string
	mode       os.FileMode
}

func archive(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		h.SetMode(e.mode | 0o644)
		f, err := w.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(f, e.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sum(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }

// serve answers every request with data and counts them.
func serve(t testing.TB, data []byte) (url string, asked *int) {
	t.Helper()
	asked = new(int)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		*asked++
		_, _ = w.Write(data)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/rules.zip", asked
}

func update(t testing.TB, url, sha256, dir string) (*release.Changes, error) {
	t.Helper()
	u := &release.Updater{Now: func() time.Time { return time.Date(2026, 2, 10, 8, 0, 0, 0, time.UTC) }}
	return u.Update(context.Background(), release.Source{URL: url, SHA256: sha256}, dir)
}

// mustUpdate puts an archive into the folder.
func mustUpdate(t testing.TB, data []byte, dir string) *release.Changes {
	t.Helper()
	url, _ := serve(t, data)
	c, err := update(t, url, sum(data), dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// files lists what is below a folder, by path, without the note.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "release.json" {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func titles(rules []release.Rule) (all []string) {
	for _, r := range rules {
		all = append(all, r.Title)
	}
	return all
}

func TestUpdateReplacesTheFolderAndSaysWhatChanged(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "new", "sigma")
	c := mustUpdate(t, archive(t, entry{name: "rules/a.yml", text: rule(1, "a")}, entry{name: "rules/b.yml", text: rule(2, "b")},
		entry{name: "rules/c.yml", text: rule(3, "c")}, entry{name: "LICENSE", text: "x"}, entry{name: "tool.sh", text: "x"}), dir)
	if !c.First || c.Rules != 3 || len(c.Added) != 3 {
		t.Errorf("first update: %+v", c)
	}
	next := archive(t, entry{name: "core/a.yml", text: rule(1, "a")}, entry{name: "rules/b.yml", text: rule(2, "other")}, entry{name: "rules/d.yml", text: rule(4, "d")})
	c = mustUpdate(t, next, dir)
	got := [][]string{titles(c.Added), titles(c.Changed), titles(c.Removed)}
	if diff := cmp.Diff([][]string{{"Rule 4"}, {"Rule 2"}, {"Rule 3"}}, got); diff != "" || c.First {
		t.Errorf("second update, first %v (-want +got):\n%s", c.First, diff)
	}
	want := map[string]string{"core/a.yml": rule(1, "a"), "rules/b.yml": rule(2, "other"), "rules/d.yml": rule(4, "d")}
	if diff := cmp.Diff(want, files(t, dir)); diff != "" {
		t.Errorf("the folder (-want +got):\n%s", diff)
	}
	note, err := release.Inspect(dir)
	if err != nil || note.SHA256 != sum(next) || note.FetchedAt.Year() != 2026 || len(note.Files) != 3 {
		t.Errorf("note %+v, %v", note, err)
	}
	if left, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(left) != 1 {
		t.Errorf("beside the folder there is %v, %v", left, err)
	}
}

func TestWhatIsThereAlreadyIsNotFetched(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "rules")
	data := archive(t, entry{name: "a.yml", text: rule(1, "a")})
	url, asked := serve(t, data)
	for range 2 {
		if _, err := update(t, url, strings.ToUpper(sum(data)), dir); err != nil {
			t.Fatal(err)
		}
	}
	c, err := update(t, url, sum(data), dir)
	if err != nil || !c.Same || c.Rules != 1 || *asked != 1 {
		t.Errorf("%+v, %v after %d requests; want the same after one", c, err, *asked)
	}
}

func TestBrokenRulesAreNamedAndTheOthersKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "rules")
	c := mustUpdate(t, archive(t, entry{name: "a.yml", text: rule(1, "a")}, entry{name: "b.yml", text: strings.ReplaceAll(rule(2, "b"), ": selection", ": nothing")}), dir)
	if c.Rules != 1 || c.LeftOut != 1 || len(c.Problems) == 0 || len(files(t, dir)) != 2 {
		t.Errorf("%+v", c)
	}
}

// TestWhatIsRefusedLeavesTheFolderAsItWas holds for every reason that the bytes
// of a release can give; the digest is right in all of them.
func TestWhatIsRefusedLeavesTheFolderAsItWas(t *testing.T) {
	good := entry{name: "a.yml", text: rule(1, "new")}
	bomb := strings.Repeat("# a line of a comment\n", 1<<20)
	var many []entry
	for i := range 50_001 {
		many = append(many, entry{name: fmt.Sprintf("%d.png", i)})
	}
	encrypted := archive(t, good)
	for _, signature := range []string{"PK\x01\x02", "PK\x03\x04"} {
		at := bytes.Index(encrypted, []byte(signature))
		encrypted[at+map[string]int{"PK\x01\x02": 8, "PK\x03\x04": 6}[signature]] |= 1
	}
	damaged := archive(t, good)
	damaged[45]++
	tests := map[string]struct {
		data []byte
		want string
	}{
		"up":               {archive(t, good, entry{name: "../evil.yml", text: rule(2, "x")}), "no name for a file below the folder"},
		"up in the middle": {archive(t, good, entry{name: "x/../../evil.yml", text: rule(2, "x")}), "no name for a file below the folder"},
		"up, backslashes":  {archive(t, good, entry{name: `..\evil.yml`, text: rule(2, "x")}), "no name for a file below the folder"},
		"absolute":         {archive(t, good, entry{name: "/tmp/evil.yml", text: rule(2, "x")}), "no name for a file below the folder"},
		"a drive":          {archive(t, good, entry{name: `C:\evil.yml`, text: rule(2, "x")}), "no name for a file below the folder"},
		"a link":           {archive(t, good, entry{"l.yml", "/etc/passwd", os.ModeSymlink}), "neither a file nor a folder"},
		"a device":         {archive(t, good, entry{"d.yml", "", os.ModeDevice}), "neither a file nor a folder"},
		"twice":            {archive(t, good, entry{name: "A.yml", text: rule(2, "x")}), "twice in the archive"},
		"file and folder":  {archive(t, good, entry{name: "a.yml/b.yml", text: rule(2, "x")}), "not a directory"},
		"bomb":             {archive(t, good, entry{name: "b.yml", text: bomb}), "more than the 16777216 bytes"},
		"too many":         {archive(t, many...), "50001 entries; 50000 are allowed"},
		"password":         {encrypted, "password-protected"},
		"damaged":          {damaged, "a.yml"},
		"cut off":          {archive(t, good)[:100], "not a valid zip file"},
		"not a zip":        {[]byte("<html>Not found</html>"), "not a valid zip file"},
		"empty":            {nil, "not a valid zip file"},
		"no file":          {archive(t), "there is no rule in it that can be used"},
		"no rule":          {archive(t, entry{name: "README.md", text: "hello"}), "there is no rule in it that can be used"},
		"no usable rule":   {archive(t, entry{name: "a.yml", text: strings.ReplaceAll(rule(1, "a"), ": selection", ": nothing")}), "there is no rule in it that can be used"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "rules")
			mustUpdate(t, archive(t, entry{name: "a.yml", text: rule(1, "old")}), dir)
			before := files(t, parent)
			url, asked := serve(t, tt.data)
			_, err := update(t, url, sum(tt.data), dir)
			if err == nil || !strings.Contains(err.Error(), tt.want) || *asked != 1 {
				t.Errorf("error %v after %d requests; want one with %q", err, *asked, tt.want)
			}
			if diff := cmp.Diff(before, files(t, parent)); diff != "" {
				t.Errorf("the folder changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestWrongDigestIsRefusedWithBoth(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "rules")
	data := archive(t, entry{name: "a.yml", text: rule(1, "a")})
	url, _ := serve(t, data)
	wrong := strings.Repeat("0", 64)
	_, err := update(t, url, wrong, dir)
	if err == nil || !strings.Contains(err.Error(), sum(data)) || !strings.Contains(err.Error(), wrong) {
		t.Errorf("error %v; want both digests", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}

func TestAnswersThatAreNoReleaseAreRefused(t *testing.T) {
	data := archive(t, entry{name: "a.yml", text: rule(1, "a")})
	tests := map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(data)))
			_, _ = w.Write(data[:len(data)/2])
		}, "unexpected EOF"},
		"not found": {func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }, "the answer is 404 Not Found"},
		"announced too large": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "70000000000")
			w.WriteHeader(http.StatusOK)
		}, "larger than 67108864 bytes"},
		"too large": {func(w http.ResponseWriter, _ *http.Request) {
			for range 65 {
				_, _ = w.Write(make([]byte, 1<<20))
			}
		}, "larger than 67108864 bytes"},
		"sent on to http": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/rules.zip", http.StatusFound)
		}, "sent on: http://192.0.2.1/rules.zip: only https is used"},
		"sent on to a file": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		}, "no address of a server"},
		"sent round": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) }, "sent on more than 5 times"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(tt.answer)
			defer server.Close()
			parent := t.TempDir()
			_, err := update(t, server.URL, sum(data), filepath.Join(parent, "rules"))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v; want one with %q", err, tt.want)
			}
			if left := files(t, parent); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestHTTPSIsNotLeftForHTTP(t *testing.T) {
	data := archive(t, entry{name: "a.yml", text: rule(1, "a")})
	plain, _ := serve(t, data)
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/on" {
			http.Redirect(w, r, plain, http.StatusFound)
			return
		}
		_, _ = w.Write(data)
	}))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer secure.Close()
	u := &release.Updater{Transport: secure.Client().Transport, Now: time.Now}
	_, err := u.Update(context.Background(), release.Source{URL: secure.URL + "/on", SHA256: sum(data)}, filepath.Join(t.TempDir(), "rules"))
	if err == nil || !strings.Contains(err.Error(), "sent on from https to http") {
		t.Errorf("error %v", err)
	}
	if _, err := u.Update(context.Background(), release.Source{URL: secure.URL, SHA256: sum(data)}, filepath.Join(t.TempDir(), "rules")); err != nil {
		t.Errorf("over https: %v", err)
	}
	// A certificate that nobody vouches for is not taken.
	if _, err := update(t, secure.URL, sum(data), filepath.Join(t.TempDir(), "rules")); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("error %v; want one about the certificate", err)
	}
}

func TestSourcesAreCheckedBeforeAnythingIsFetched(t *testing.T) {
	digest := strings.Repeat("0", 64)
	for _, tt := range []struct{ url, sum, want string }{
		{"http://rules.example.org/r.zip", digest, "only https is used"},
		{"http://localhost.example.org/r.zip", digest, "only https is used"},
		{"ftp://rules.example.org/r.zip", digest, "only https is used"},
		{"http://user:secret@rules.example.org/r.zip", digest, "http://user:xxxxx@rules.example.org/r.zip: only https"},
		{"rules.zip", digest, "no address of a server"},
		{"https://rules.example.org/r.zip", "abc", `"abc" is no SHA-256`},
		{"https://rules.example.org/r.zip", digest[:62] + "xy", "is no SHA-256"},
		{"https://rules.example.org/r.zip", digest, ""},
		{"http://[::1]:8080/r.zip", digest, ""},
		{"http://localhost/r.zip", digest, ""},
	} {
		err := release.Source{URL: tt.url, SHA256: tt.sum}.Validate()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Validate(%s, %.8s) = %v; want %q", tt.url, tt.sum, err, tt.want)
		}
	}
}

func TestFoldersOfOthersAreNeverReplaced(t *testing.T) {
	data := archive(t, entry{name: "a.yml", text: rule(1, "a")})
	for name, tt := range map[string]struct {
		spoil func(dir string) error
		want  string
	}{
		"own rules":   {func(dir string) error { return os.Remove(filepath.Join(dir, "release.json")) }, "holds files that no update put there"},
		"one added":   {func(dir string) error { return os.WriteFile(filepath.Join(dir, "mine.yml"), nil, 0o600) }, "mine.yml was added"},
		"one changed": {func(dir string) error { return os.WriteFile(filepath.Join(dir, "b.yml"), nil, 0o600) }, "b.yml was changed"},
		"one removed": {func(dir string) error { return os.Remove(filepath.Join(dir, "b.yml")) }, "b.yml was removed"},
		"a broken note": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "release.json"), []byte("{"), 0o600)
		}, "reading"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "rules")
			mustUpdate(t, archive(t, entry{name: "b.yml", text: rule(2, "b")}), dir)
			if err := tt.spoil(dir); err != nil {
				t.Fatal(err)
			}
			before := files(t, dir)
			url, asked := serve(t, data)
			_, err := update(t, url, sum(data), dir)
			if err == nil || !strings.Contains(err.Error(), tt.want) || *asked != 0 {
				t.Errorf("error %v after %d requests; want %q after none", err, *asked, tt.want)
			}
			if diff := cmp.Diff(before, files(t, dir)); diff != "" {
				t.Errorf("the folder changed:\n%s", diff)
			}
		})
	}
}

func TestLinkToAFolderStaysOne(t *testing.T) {
	parent := t.TempDir()
	target, link := filepath.Join(parent, "target"), filepath.Join(parent, "link")
	if err := os.Mkdir(target, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("target", link); err != nil {
		t.Skip(err)
	}
	mustUpdate(t, archive(t, entry{name: "a.yml", text: rule(1, "a")}), link)
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%v, %v; want a link", info, err)
	}
	if got := files(t, target); len(got) != 1 {
		t.Errorf("the folder that it leads to holds %v", got)
	}
}
