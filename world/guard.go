package world

import (
	"fmt"
	"runtime"
	"strings"
)

// Guard turns a panic in a design's code, or in ours, into an error that says where, so
// that a fault costs the results that it concerns and no others.
func Guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("fault in %s: %v", faulty(), v)
		}
	}()
	return f()
}

// faulty names the innermost function of doormat on a panicking stack.
func faulty() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, "doormat/") {
			return frame.Function
		}
		if !more {
			return "the program"
		}
	}
}
