// Package fault has the one kind of error by which this verifier refuses: a code of docs/formats.md and what was wrong.
package fault

import (
	"errors"
	"fmt"
)

type fault struct{ code, message string }

func (f *fault) Error() string { return f.code + ": " + f.message }

// New makes a refusal with a code of docs/formats.md.
func New(code, format string, arguments ...any) error {
	return &fault{code, fmt.Sprintf(format, arguments...)}
}

// CodeOf is the code of a refusal, or INTERNAL for any other error.
func CodeOf(err error) string {
	var known *fault
	if errors.As(err, &known) {
		return known.code
	}
	return "INTERNAL"
}
