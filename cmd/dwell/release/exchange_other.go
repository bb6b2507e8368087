//go:build !linux

package release

import "errors"

// exchange is for systems that can swap two folders in one step.
func exchange(_, _ string) error { return errors.ErrUnsupported }
