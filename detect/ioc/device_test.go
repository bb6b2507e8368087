package ioc

import (
	"os"
	"strings"
	"testing"
)

func TestADeviceIsNoIndicatorFile(t *testing.T) {
	const device = "/dev/zero"
	if info, err := os.Stat(device); err != nil || info.Mode()&os.ModeDevice == 0 {
		t.Skip("there is no " + device)
	}
	c := Load([]string{device})
	if len(c.Indicators) != 0 || len(c.Messages) != 1 || !strings.Contains(c.Messages[0].Text, "device") {
		t.Errorf("indicators %v, messages %v; want none and one about a device", c.Indicators, c.Messages)
	}
	if _, err := LoadWarningList(device); err == nil || !strings.Contains(err.Error(), device) {
		t.Errorf("LoadWarningList(%s) gives %v, want an error that names it", device, err)
	}
}
