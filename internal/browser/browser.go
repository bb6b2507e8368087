// Package browser opens the page that dwell scan -o html writes in a real
// Chromium and judges what happens there.
//
// Its test is slow and needs node, npm and Chromium, which the rest of the
// project does not. It is asked for by make browser, which installs the
// programs that tools/browser pins and renews the pictures in
// docs/screenshots. An ordinary go test skips it.
package browser
