// Package fault has the one kind of error by which this verifier refuses: a code of docs/formats.md and what was wrong.
package fault

import (
	"errors"
	"fmt"
)

// Fault is a refusal.
type Fault struct {
	Code    string
	Message string
}

func (f *Fault) Error() string { return f.Code + ": " + f.Message }

// New makes a refusal with a code of docs/formats.md.
func New(code, format string, arguments ...any) *Fault {
	return &Fault{Code: code, Message: fmt.Sprintf(format, arguments...)}
}

// CodeOf is the code of a refusal, or INTERNAL for any other error.
func CodeOf(err error) string {
	var fault *Fault
	if errors.As(err, &fault) {
		return fault.Code
	}
	return "INTERNAL"
}
