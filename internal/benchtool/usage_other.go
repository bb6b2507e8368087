//go:build !unix

package main

import (
	"os"
	"time"
)

// maxRSS returns 0: it is not known here.
func maxRSS(*os.ProcessState) int64 { return 0 }

// cpuTime returns 0: it is not known here.
func cpuTime() time.Duration { return 0 }
