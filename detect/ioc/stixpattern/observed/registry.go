package observed

import (
	"strings"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
)

// hives are the short names of hives, in lower case, and the full ones.
var hives = map[string]string{
	"hklm": "HKEY_LOCAL_MACHINE", "hkcu": "HKEY_CURRENT_USER", "hku": "HKEY_USERS", "hkcr": "HKEY_CLASSES_ROOT", "hkcc": "HKEY_CURRENT_CONFIG",
	"hkey_local_machine": "HKEY_LOCAL_MACHINE", "hkey_current_user": "HKEY_CURRENT_USER", "hkey_users": "HKEY_USERS",
	"hkey_classes_root": "HKEY_CLASSES_ROOT", "hkey_current_config": "HKEY_CURRENT_CONFIG",
	`\registry\machine`: "HKEY_LOCAL_MACHINE", `\registry\user`: "HKEY_USERS",
}

// registry adds the keys that a record shows.
func (o *Observer) registry() {
	path := o.text("registry.path")
	if path == "" {
		return
	}
	value := o.text("registry.value")
	action := o.text("event.action")
	data := texts(o.values("registry.data.strings"))
	if value == "" && (len(data) > 0 || strings.HasPrefix(action, "registry-value")) {
		if at := strings.LastIndexByte(path, '\\'); at > 0 {
			path, value = path[:at], path[at+1:]
		}
	}
	for _, key := range keySpellings(path) {
		object := stixpattern.Object{"key": key, "x_full_path": key}
		if value != "" {
			one := map[string]any{"name": value}
			if len(data) > 0 {
				one["data"] = strings.Join(data, " ")
			}
			object["values"], object["x_full_path"] = []any{one}, key+`\`+value
		}
		o.add("windows-registry-key", "", object)
	}
}

// keySpellings gives a key with its hive in full, and the other names that it
// has.
func keySpellings(path string) []string {
	key := path
	for _, size := range []int{strings.IndexByte(path, '\\'), indexNth(path, '\\', 3), len(path)} {
		if size <= 0 {
			continue
		}
		if full, ok := hives[strings.ToLower(path[:size])]; ok {
			key = full + path[size:]
			break
		}
	}
	all := []string{key}
	rest, ok := strings.CutPrefix(key, `HKEY_USERS\S-1-5-21-`)
	if at := strings.IndexByte(rest, '\\'); ok && at > 0 && !strings.HasSuffix(rest[:at], "_Classes") {
		all = append(all, "HKEY_CURRENT_USER"+rest[at:])
	}
	const sets = `HKEY_LOCAL_MACHINE\SYSTEM\`
	if len(key) > len(sets)+13 && strings.EqualFold(key[:len(sets)], sets) && strings.EqualFold(key[len(sets):][:10], "ControlSet") && key[len(sets)+13] == '\\' {
		all = append(all, key[:len(sets)]+"CurrentControlSet"+key[len(sets)+13:])
	}
	return all
}

// indexNth returns where the nth c is, -1 if there are fewer.
func indexNth(s string, c byte, n int) int {
	for i := range len(s) {
		if s[i] == c {
			if n--; n == 0 {
				return i
			}
		}
	}
	return -1
}
